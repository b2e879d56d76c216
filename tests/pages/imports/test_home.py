"""The overview."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.aws import sqs
from ingestion.models import Heartbeat, Import
from ingestion.running import lifecycle
from ingestion.running.heartbeats import Kind
from tests.ingestion.helpers import Tasks
from tests.pages.conftest import LogIn, MakeImport, text_of


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in("ingestion.view_import")


@pytest.fixture
def processes(db: None) -> None:
    """A listener and a worker, both at work."""
    for kind in (Kind.LISTENER, Kind.WORKER):
        Heartbeat.objects.create(pk=kind, kind=kind, at=timezone.now())


def attention(page: str) -> str:
    return page.partition("Needs attention")[2].partition("</section>")[0]


def arrived(import_: Import, days_ago: int) -> Import:
    """Have an import arrive some days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    Import.objects.filter(pk=import_.pk).update(created_at=at)
    return import_


def counts_by_day(page: str) -> dict[str, str]:
    """What the chart is drawn from: stored, unchanged and rejected rows of each day."""
    return dict(re.findall(r'data-day="([\d-]+)" data-counts="([\d,]+)"', page))


def test_without_imports_it_tells_how_to_bring_a_file(log_in: LogIn) -> None:
    page = text_of(log_in("ingestion.view_import", "ingestion.add_import").get("/"))

    assert "three steps to your first records" in page
    assert "aws s3 cp data.csv s3://sluice-test-data/" in page
    assert 'type="file"' in page


def test_it_shows_the_latest_imports_with_state_and_receipt(
    reader: Client, make_import: MakeImport
) -> None:
    make_import("in/a.csv", state="done", read=1234, written=1230, rejected=4)

    page = text_of(reader.get("/"))

    assert ">a.csv</a>" in page
    assert "state-done" in page
    assert "1,234" in page


def test_the_list_refreshes_itself_often_while_an_import_runs_and_else_now_and_then(
    reader: Client, make_import: MakeImport
) -> None:
    make_import("a.csv", state="done")
    asks = r'hx-get="/overview/imports/" hx-trigger="every (\d+)s'
    assert re.findall(asks, text_of(reader.get("/"))) == ["15"]

    make_import("b.csv", state="writing")

    assert re.findall(asks, text_of(reader.get("/"))) == ["2"]
    part = reader.get("/overview/imports/").content.decode()
    assert part.strip().startswith('<div id="imports"')
    assert ">b.csv</a>" in part


def test_without_permission_it_shows_neither_imports_nor_the_upload(
    log_in: LogIn, make_import: MakeImport
) -> None:
    make_import("secret.csv")

    page = text_of(log_in().get("/"))

    assert "secret.csv" not in page
    assert 'type="file"' not in page
    assert "Needs attention" not in page
    assert "Your account has no permissions." in page


def test_the_chart_counts_rows_by_the_day_on_which_their_file_arrived(
    reader: Client, make_import: MakeImport
) -> None:
    make_import("a.csv", state="done", read=10, written=5, kept=1, replaced=1, unchanged=3)
    make_import("b.csv", state="done", read=4, rejected=4)
    arrived(make_import("c.csv", state="done", read=2, written=2), days_ago=3)
    arrived(make_import("d.csv", state="done", read=9, written=9), days_ago=40)

    counts = counts_by_day(text_of(reader.get("/")))

    today = datetime.now(UTC).date()
    assert len(counts) == 30
    assert next(iter(counts)) == today.isoformat()
    told = {day: numbers for day, numbers in counts.items() if numbers != "0,0,0"}
    before = (today - timedelta(days=3)).isoformat()
    assert told == {today.isoformat(): "7,3,4", before: "2,0,0"}


def test_the_chart_counts_outdated_rows_where_there_are_any(
    reader: Client, make_import: MakeImport
) -> None:
    make_import("a.csv", state="done", read=10, written=6, outdated=4)

    page = text_of(reader.get("/"))

    assert counts_by_day(page)[datetime.now(UTC).date().isoformat()] == "6,0,0,4"
    assert "Outdated" in page


def test_when_nothing_came_in_lately_it_says_so(reader: Client, make_import: MakeImport) -> None:
    arrived(make_import("a.csv", state="done", read=1, written=1), days_ago=31)

    page = text_of(reader.get("/"))

    assert "No file arrived in the last 30 days." in page
    assert "<canvas" not in page


def test_nothing_needs_attention_when_all_is_well(
    reader: Client, make_import: MakeImport, aws: str, processes: None
) -> None:
    make_import("a.csv", state="done", read=1, written=1)
    arrived(make_import("b.csv", state="failed"), days_ago=8)

    page = text_of(reader.get("/"))

    assert "no import failed, and every rejected row is settled" in attention(page)
    assert "all 6 parts answer" in attention(page)
    assert page.count("part-well") == 6
    assert "part-ill" not in page


def test_failed_imports_and_rejected_rows_need_attention(
    reader: Client, make_import: MakeImport, aws: str, processes: None
) -> None:
    make_import("a.csv", state="failed", error_code="empty_file")
    make_import("b.csv", state="done", read=1300, rejected=1200)
    make_import("c.csv", state="done", read=3, rejected=1)

    page = attention(text_of(reader.get("/")))

    assert "1 import of the last 7 days failed." in page
    assert "1,201 rows of 2 imports of the last 7 days were rejected and not settled yet." in page
    for link in re.findall(r'href="([^"]*)"', page):
        listed = text_of(reader.get(link.replace("&amp;", "&")))
        assert (">a.csv</a>" in listed) != (">b.csv</a>" in listed)


def test_dead_letters_need_the_attention_of_those_who_may_decide(
    log_in: LogIn, make_import: MakeImport, aws: str
) -> None:
    make_import("a.csv", state="done")
    queue = sqs.dead_letter_queue(sqs.queue_names()[0])
    sqs.send(sqs.queue_url(queue), "a letter")
    client = log_in("ingestion.view_import", "ingestion.change_import")

    page = attention(text_of(client.get("/")))

    assert "1 dead letter waits for a decision" in page
    assert 'href="/dead-letters/"' in page


def test_those_who_may_not_decide_are_not_told_of_dead_letters(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    make_import("a.csv", state="done")
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(sqs.queue_names()[0])), "a letter")

    assert "dead letter" not in attention(text_of(reader.get("/")))


def test_the_page_is_shown_though_aws_is_away(
    reader: Client, make_import: MakeImport, aws_away: None
) -> None:
    make_import("a.csv", state="done")

    response = reader.get("/")

    assert response.status_code == 200
    page = text_of(response)
    assert "The bucket sluice-test-data does not answer" in attention(page)
    assert ">a.csv</a>" in page


def test_attention_and_parts_come_alone_too_and_ask_for_themselves(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    make_import("a.csv", state="done")

    assert 'hx-get="/overview/state/"' in text_of(reader.get("/"))
    part = reader.get("/overview/state/").content.decode()
    assert "Needs attention" in part
    assert "The database answers." in part
    assert "<html" not in part


def test_the_overview_costs_as_much_with_many_imports_as_with_few(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert reader.get("/").status_code == 200
        return len(captured)

    make_import("first.csv", state="done")
    statements()  # the first request of a session does more
    few = statements()
    for number in range(60):
        make_import(f"n{number}.csv", state="writing", read=5, written=5)

    assert statements() == few


def test_what_is_dismissed_needs_no_attention_until_it_happens_again(
    log_in: LogIn, make_import: MakeImport, aws: str, processes: None
) -> None:
    client = log_in("ingestion.view_import", "ingestion.change_import")
    failed = make_import("a.csv", state="failed", error_code="aws")
    make_import("b.csv", state="done", read=9, rejected=9)
    shown = attention(text_of(client.get("/")))
    [until] = set(re.findall(r'name="until" value="([^"]*)"', shown))
    make_import("later.csv", state="failed")

    for matter in ("failed", "rejected"):
        sent = {"matter": matter, "until": until}
        assert client.post("/overview/settle/", sent).status_code == 302

    page = attention(text_of(client.get("/")))
    assert "1 import of the last 7 days failed." in page  # the later one
    assert "rejected." not in page
    entries = AuditEntry.objects.filter(action="settled").order_by("target")
    assert [entry.target for entry in entries] == ["failed", "rejected"]
    lifecycle.run_again(failed, Tasks())
    Import.objects.filter(pk=failed.pk).update(state="failed")
    assert "2 imports of the last 7 days failed." in attention(text_of(client.get("/")))


def test_rows_that_were_mended_or_let_go_need_no_attention(
    reader: Client, make_import: MakeImport, aws: str, processes: None
) -> None:
    make_import("a.csv", state="done", read=9, rejected=9, mended=6, let_go=3)
    assert "every rejected row is settled" in attention(text_of(reader.get("/")))

    make_import("b.csv", state="done", read=9, rejected=9, mended=6, let_go=1)
    assert "2 rows of 1 import of the last 7 days were rejected and not settled yet." in attention(
        text_of(reader.get("/"))
    )


@pytest.mark.parametrize("sent", [{}, {"matter": "failed"}, {"matter": "x", "until": "2026-01-01"}])
def test_what_is_no_matter_cannot_be_dismissed(sent: dict[str, str], log_in: LogIn) -> None:
    client = log_in("ingestion.view_import", "ingestion.change_import")
    assert client.post("/overview/settle/", sent).status_code == 404


def test_who_may_not_change_imports_dismisses_nothing(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    make_import("a.csv", state="failed")
    assert "Dismiss" not in text_of(reader.get("/"))
