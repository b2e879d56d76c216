"""The page of one import."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.dead_letters import queue
from ingestion.models import Chunk, Import
from ingestion.presentation.speed import speed
from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.validation import Fault
from tests.ingestion.letters import dead_import
from tests.pages.conftest import LogIn, MakeImport, add_chunk, add_rejects, text_of

CELLS = ["1559040909", "", "10.0.0.1", "gw", "n/a", "dns", "2.5", "note"]


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in("ingestion.view_import", "ingestion.change_import", "messages_app.view_message")


def reject(line: int, *faults: Fault) -> ParsedRow:
    return ParsedRow(line, CELLS, None, list(faults))


def groups_of(page: str) -> list[tuple[str, ...]]:
    """Of each group of rejects: rows, column, first line and code."""
    found = re.findall(
        r'<p class="fault-count"><b>([\d,]+)</b>.*?<div title="(\w+)">\s*<p><b>([^<]*)</b>'
        r".*?First in line ([\d,]*\d)",
        page,
        re.DOTALL,
    )
    return [(count, column, line, code) for count, code, column, line in found]


def receipt_of(page: str) -> dict[str, int]:
    found = re.findall(r"<dt>(\w+)</dt>\s*<dd>([\d,]+)</dd>", page)
    return {name: int(count.replace(",", "")) for name, count in found}


def test_the_receipts_numbers_add_up_on_the_page(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import(
        state="done", read=2100, written=2000, unchanged=50, kept=30, replaced=15, rejected=5
    )

    receipt = receipt_of(text_of(reader.get(import_.get_absolute_url())))

    assert list(receipt) == ["read", "written", "unchanged", "kept", "replaced", "rejected"]
    assert receipt.pop("read") == sum(receipt.values()) == 2100


def test_outdated_rows_are_told_where_there_are_any(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="done", read=10, written=6, outdated=4)

    page = text_of(reader.get(import_.get_absolute_url()))

    receipt = receipt_of(page)
    assert (receipt["written"], receipt["outdated"]) == (6, 4)
    assert receipt.pop("read") == sum(receipt.values()) == 10
    assert "a newer version of the file has that record" in page
    assert "6 new, 4 outdated" in page


def test_a_failed_import_says_why(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import(
        state="failed", layout={}, error_code="empty_file", error_detail="The file is empty."
    )

    page = text_of(reader.get(import_.get_absolute_url()))

    assert "The file is empty." in page
    assert "empty_file" in page


def progress(client: Client, import_: Import, **query: str) -> str:
    """The live part of an import's page."""
    response = client.get(reverse("import-progress", args=[import_.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_progress_asks_for_itself_while_the_import_runs_and_then_for_the_rest_of_the_page(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing", bytes_total=1000, bytes_done=250)

    running = progress(reader, import_)
    assert f'hx-get="{reverse("import-progress", args=[import_.pk])}?seen=' in running
    assert 'value="25"' in running

    import_.state = "done"
    import_.save()
    ended = progress(reader, import_)
    assert f'hx-get="{import_.get_absolute_url()}" hx-trigger="load" hx-select="#import"' in ended
    assert 'hx-trigger="load"' not in text_of(reader.get(import_.get_absolute_url()))


def next_look(page: str) -> str:
    """What the progress remembers for its next look."""
    found = re.search(r"[?]seen=([\d,]+)&amp;", page)
    assert found is not None
    return found[1]


def test_the_speed_is_measured_from_what_the_page_saw_first(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing", is_planned=True, bytes_total=10_000, bytes_done=1000)
    seen = next_look(progress(reader, import_))
    assert seen.endswith(",0,1000")
    long_ago = f"{int(seen.split(',')[0]) - 10_000},0,1000"
    import_.read, import_.bytes_done = 5000, 2000
    import_.save()

    page = progress(reader, import_, seen=long_ago)

    assert re.search(r"\b(500|4\d\d) rows a second", page)  # it took a moment to ask
    assert re.search(r"about (8\d|9\d) seconds left", page)
    assert next_look(page) == long_ago


@pytest.mark.parametrize(
    ("key", "encoding", "is_known"),
    [("a.csv", "utf-8", True), ("a.csv.gz", "utf-8", False), ("a.csv", "utf-16", False)],
)
def test_time_left_is_told_when_the_size_of_the_text_is_known(
    key: str, encoding: str, is_known: bool, make_import: MakeImport
) -> None:
    sizes = {"bytes_total": 100, "bytes_done": 50, "read": 5}
    import_ = make_import(key, state="planning", encoding=encoding, **sizes)
    now = timezone.now()
    begun = f"{int(1000 * now.timestamp()) - 5000},0,0"

    assert (speed(import_, begun, now).seconds_left is not None) == is_known

    import_.is_planned = True
    assert speed(import_, begun, now).seconds_left == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("seen", ["", "nonsense", "1,2", "9999999999999,0,0", "1,99,0", "nan,0,0"])
def test_a_senseless_memory_of_the_speed_is_begun_anew(
    seen: str, reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing", bytes_total=1000, read=7, bytes_done=250)

    page = progress(reader, import_, seen=seen)

    assert "rows a second" not in page
    assert next_look(page).endswith(",7,250")


def test_a_new_state_is_announced_once(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import(state="done", read=20, written=18, unchanged=2)

    announced = '<div id="said" hx-swap-oob="innerHTML">data.csv is done: 20 rows: 18 new, 2'
    assert announced in progress(reader, import_, told="writing")

    again = reader.get(reverse("import-progress", args=[import_.pk]), {"told": "done"})
    assert (again.status_code, again.content) == (204, b"")


def test_without_javascript_a_running_imports_page_reloads_itself(
    reader: Client, make_import: MakeImport
) -> None:
    running = make_import("a.csv", state="writing")
    ended = make_import("b.csv", state="done")

    refresh = '<noscript><meta http-equiv="refresh" content="3; url=?seen='
    assert refresh in reader.get(running.get_absolute_url()).content.decode()
    assert refresh not in reader.get(ended.get_absolute_url()).content.decode()


def test_rejects_are_shown_with_every_fault_and_grouped(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    import_ = make_import(state="done")
    not_a_number = Fault("local_avg", "<b>n/a</b>", "not_a_number", "is not a number")
    empty = Fault("location", "", "empty", "must not be empty")
    add_rejects(import_, [reject(1017, not_a_number, empty), reject(1018, empty)])

    page = text_of(reader.get(import_.get_absolute_url()))

    assert "1,017" in page
    assert "&lt;b&gt;n/a&lt;/b&gt;" in page
    assert page.count("must not be empty") == 3  # in two rows and in their group
    assert groups_of(page) == [
        ("2", "location", "1,017", "empty"),
        ("1", "local_avg", "1,017", "not_a_number"),
    ]


def test_a_fault_of_a_whole_row_is_one_sentence(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    import_ = make_import(state="done")
    add_rejects(import_, [reject(2, Fault("", "", "too_many", "the row has 8 fields"))])

    page = text_of(reader.get(import_.get_absolute_url()))

    assert "<p>The row has 8 fields</p>" in page
    assert "the row the row" not in page.lower()


def test_only_the_first_rejects_are_shown_and_all_are_downloaded(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    import_ = make_import("in/field.csv.gz", state="done")
    fault = Fault("location", "", "empty", "must not be empty")
    add_rejects(import_, [reject(line, fault) for line in range(2, 62)])

    page = text_of(reader.get(import_.get_absolute_url()))
    response = reader.get(reverse("import-rejects", args=[import_.pk]))

    assert "The first 20 of 60" in page
    assert response["Content-Disposition"] == 'attachment; filename="field-rejects.csv"'
    content = b"".join(response).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["line"] for row in rows] == [str(line) for line in range(2, 62)]
    assert rows[0]["reason"] == "location must not be empty"


def test_an_import_without_rejects_has_none_to_download(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="failed", layout={})

    assert reader.get(reverse("import-rejects", args=[import_.pk])).status_code == 404


def test_the_page_is_shown_though_the_rejects_cannot_be_read(
    reader: Client, make_import: MakeImport, bare_aws: str
) -> None:
    import_ = make_import(state="done", read=1, rejected=1, bucket="no such bucket")
    add_chunk(import_, rejected=1)

    response = reader.get(import_.get_absolute_url())

    assert response.status_code == 200
    assert "The rejected rows cannot be read at the moment." in text_of(response)


def days_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r"/messages/\?date=[\d-]+\">([\d-]+)</a> <span class=\"quiet\">(\d+) ", page)


def test_it_links_to_the_days_to_which_it_added_records(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="done")
    add_chunk(import_, 0, new_by_date={"2019-05-27": 3, "2019-05-28": 4})
    add_chunk(import_, 1)  # all of its rows were rejected
    add_chunk(import_, 2, new_by_date={"2019-05-27": 1})

    page = text_of(reader.get(import_.get_absolute_url()))

    assert days_of(page) == [("2019-05-28", "4"), ("2019-05-27", "4")]
    assert "Earlier days" not in page


def test_of_many_days_the_latest_are_shown_and_the_others_can_be_opened(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="done")
    first = date(2018, 1, 1)
    days = [(first + timedelta(days=number)).isoformat() for number in range(500)]
    add_chunk(import_, 0, new_by_date=dict.fromkeys(days, 2))

    before, _, behind = text_of(reader.get(import_.get_absolute_url())).partition("<details>")

    assert [day for day, _ in days_of(before)] == days[:-6:-1]
    assert [day for day, _ in days_of(behind)] == days[-6:-401:-1]
    assert "and 100 more days before these" in behind


def test_an_import_that_added_nothing_leads_to_the_records_that_were_there(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="done", read=3, unchanged=3)
    add_chunk(import_, 0, first_date="2019-05-27", last_date="2019-05-28")
    add_chunk(import_, 1)
    add_chunk(import_, 2, first_date="2019-05-20", last_date="2019-05-27")

    page = text_of(reader.get(import_.get_absolute_url()))

    assert "It added no records." in page
    assert re.findall(r"/messages/\?date=([\d-]+)", page) == ["2019-05-20", "2019-05-28"]


def test_without_the_permission_to_see_records_no_link_leads_to_them(
    log_in: LogIn, make_import: MakeImport
) -> None:
    import_ = make_import(state="done")
    add_chunk(import_, 0, new_by_date={"2019-05-27": 3})

    page = text_of(log_in("ingestion.view_import").get(import_.get_absolute_url()))

    assert "2019-05-27" not in page


def test_columns_that_belong_to_no_field_are_named(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import(state="done")

    assert "<code>comment</code>" in text_of(reader.get(import_.get_absolute_url()))


def test_a_running_import_can_be_cancelled_once(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import(state="writing")
    url = reverse("import-cancel", args=[import_.pk])
    assert url in text_of(reader.get(import_.get_absolute_url()))

    first = reader.post(url, follow=True)
    again = reader.post(url, follow=True)

    import_.refresh_from_db()
    assert import_.state == "cancelled"
    assert "The import was cancelled." in text_of(first)
    assert "ended before it could be cancelled" in text_of(again)
    (entry,) = AuditEntry.objects.all()
    assert (entry.user_name, entry.action, entry.channel) == ("kim", "cancelled", "page")
    assert (entry.kind, entry.target) == ("import", str(import_.pk))


def test_a_cancelled_import_can_be_run_again(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    import_ = make_import(state="cancelled")
    url = reverse("import-run-again", args=[import_.pk])
    assert url in text_of(reader.get(import_.get_absolute_url()))

    response = reader.post(url, follow=True)

    import_.refresh_from_db()
    assert import_.state == "queued"
    assert "continues with what was left to do" in text_of(response)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("restarted", str(import_.pk))
    assert entry.detail["state"] == "cancelled"


def test_an_import_without_its_file_cannot_be_run_again(
    reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="failed", identity="", error_code="not_uploaded")

    url = reverse("import-run-again", args=[import_.pk])
    assert url not in text_of(reader.get(import_.get_absolute_url()))


def events_of(page: str) -> list[str]:
    """What happened, in words, in its order."""
    listed = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    found = re.findall(r"<p><b>(.*?)</b>(?: <span>(.*?)</span>)?</p>", listed)
    return [" ".join(words).strip() for words in found]


def test_the_timeline_tells_who_did_what_in_order(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    kim = User.objects.get()
    import_ = make_import(
        created_by=kim, state="writing", is_planned=True, chunks_total=2, lines_planned=40
    )
    add_chunk(import_, 1, is_done=False)
    cancel = reverse("import-cancel", args=[import_.pk])
    reader.post(cancel)
    reader.post(reverse("import-run-again", args=[import_.pk]))
    Import.objects.update(resumes=2, chunks_done=1)

    page = text_of(reader.get(import_.get_absolute_url()))

    assert events_of(page) == [
        "Uploaded by kim",
        "Planned 2 chunks, 40 lines",
        "Cancelled by kim",
        "Run again by kim, after it had been cancelled",
        "Resumed by itself, 2 times since its last progress",
        "Last progress 1 of 2 chunks written",
    ]
    reader.post(cancel)
    assert events_of(text_of(reader.get(import_.get_absolute_url())))[-1] == "Cancelled by kim"


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        ({"state": "done", "read": 1, "written": 1}, "Found in the bucket", "Done 1 row: 1 new"),
        (
            {"state": "failed", "error_detail": "The file is empty."},
            "Found in the bucket",
            "Failed The file is empty.",
        ),
        (
            {"state": "queued", "max_bytes": 5, "identity": ""},
            "Upload announced",
            "Waiting for its file",
        ),
        ({"state": "cancelled"}, "Found in the bucket", "Cancelled"),
    ],
)
def test_the_timeline_begins_with_the_arrival_and_ends_with_the_state(
    values: dict[str, Any], first: str, last: str, reader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(finished_at=timezone.now(), **values)

    events = events_of(text_of(reader.get(import_.get_absolute_url())))

    assert (events[0], events[-1]) == (first, last)


def test_the_timeline_tells_of_dead_letters(log_in: LogIn, aws: str) -> None:
    reader = log_in("ingestion.view_import", "ingestion.change_import")
    import_ = dead_import()
    (letter,) = queue.waiting()

    reader.post(reverse("dead-letters-redrive"), {"letter": letter.id})

    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.action, entry.target) == ("dead letter", "sent back", str(import_.pk))
    page = text_of(reader.get(import_.get_absolute_url()))
    assert "Dead letter sent back by kim" in events_of(page)


def test_what_others_did_to_other_imports_is_not_told(
    reader: Client, make_import: MakeImport
) -> None:
    import_, other = make_import("a.csv", state="writing"), make_import("b.csv", state="writing")
    reader.post(reverse("import-cancel", args=[other.pk]))

    assert "Cancelled by kim" not in events_of(text_of(reader.get(import_.get_absolute_url())))


@pytest.mark.parametrize("name", ["import-cancel", "import-run-again"])
def test_what_changes_an_import_takes_a_post_with_a_token(
    name: str, log_in: LogIn, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing")
    client = log_in("ingestion.change_import", enforce_csrf_checks=True)
    url = reverse(name, args=[import_.pk])

    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 403
    import_.refresh_from_db()
    assert import_.state == "writing"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_import_that_ended_tells_which_lines_may_be_stored_and_not_counted(
    reader: Client, make_import: MakeImport, state: str
) -> None:
    import_ = make_import(state=state, error_code="object_gone", read=1000, written=1000)
    for number, (is_begun, is_done) in enumerate(((True, True), (True, False), (False, False))):
        chunk = {"start": number, "end": number + 1, "first_line": 2 + 1000 * number}
        states = {"is_begun": is_begun, "is_done": is_done}
        Chunk.objects.create(import_record=import_, number=number, lines=1000, **chunk, **states)
    page = text_of(reader.get(import_.get_absolute_url()))
    assert re.findall(r"Lines ([\d,]+) to ([\d,]+) were being written", page) == [
        ("1,002", "2,001")
    ]
    import_.state = "writing"
    import_.save()
    assert "were being written" not in text_of(reader.get(import_.get_absolute_url()))
