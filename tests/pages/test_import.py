"""The page of one import."""

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.rows import Row
from messages_app.faults import Fault
from tests.pages.conftest import LogIn, MakeImport, add_chunk, add_rejects, text_of

CELLS = ["1559040909", "", "10.0.0.1", "gw", "n/a", "dns", "2.5", "note"]


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in("ingestion.view_import", "ingestion.change_import", "messages_app.view_message")


def reject(line: int, *faults: Fault) -> Row:
    return Row(line, CELLS, None, list(faults))


def groups_of(page: str) -> list[tuple[str, ...]]:
    """Of each group of rejects: rows, column, code and first line."""
    return re.findall(
        r'<tr>\s*<th scope="row" class="number">([\d,]+)</th>\s*<td>(.*?)</td>\s*'
        r'<td><code>(\w+)</code></td>\s*<td class="number">([\d,]+)</td>',
        page,
    )


def receipt_of(page: str) -> dict[str, int]:
    found = re.findall(r"<dt>(\w+)</dt>\s*<dd>([\d,]+)</dd>", page)
    return {name: int(count.replace(",", "")) for name, count in found}


def test_the_receipts_numbers_add_up_on_the_page(reader: Client, make_import: MakeImport) -> None:
    of = make_import(
        state="done", read=2100, written=2000, unchanged=50, kept=30, replaced=15, rejected=5
    )

    receipt = receipt_of(text_of(reader.get(of.get_absolute_url())))

    assert list(receipt) == ["read", "written", "unchanged", "kept", "replaced", "rejected"]
    assert receipt.pop("read") == sum(receipt.values()) == 2100


def test_a_failed_import_says_why(reader: Client, make_import: MakeImport) -> None:
    of = make_import(
        state="failed", layout={}, error_code="empty_file", error_detail="The file is empty."
    )

    page = text_of(reader.get(of.get_absolute_url()))

    assert "The file is empty." in page
    assert "empty_file" in page


def test_the_progress_asks_for_itself_while_the_import_runs_and_then_reloads_the_page(
    reader: Client, make_import: MakeImport
) -> None:
    of = make_import(state="writing", bytes_total=1000, bytes_done=250)
    url = reverse("import-progress", args=[of.pk])

    running = reader.get(url)
    assert f'hx-get="{url}"' in running.content.decode()
    assert 'value="25"' in running.content.decode()
    assert "HX-Refresh" not in running

    of.state = "done"
    of.save()
    ended = reader.get(url)
    assert "hx-get" not in ended.content.decode()
    assert ended["HX-Refresh"] == "true"


def test_without_javascript_a_running_imports_page_reloads_itself(
    reader: Client, make_import: MakeImport
) -> None:
    running = make_import("a.csv", state="writing")
    ended = make_import("b.csv", state="done")

    refresh = '<noscript><meta http-equiv="refresh"'
    assert refresh in reader.get(running.get_absolute_url()).content.decode()
    assert refresh not in reader.get(ended.get_absolute_url()).content.decode()


def test_rejects_are_shown_with_every_fault_and_grouped(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    of = make_import(state="done")
    not_a_number = Fault("local_avg", "<b>n/a</b>", "not_a_number", "is not a number")
    empty = Fault("location", "", "empty", "must not be empty")
    add_rejects(of, [reject(1017, not_a_number, empty), reject(1018, empty)])

    page = text_of(reader.get(of.get_absolute_url()))

    assert "1,017" in page
    assert "&lt;b&gt;n/a&lt;/b&gt;" in page
    assert page.count("must not be empty") == 3  # in two rows and in their group
    assert groups_of(page) == [
        ("2", "location", "empty", "1,017"),
        ("1", "local_avg", "not_a_number", "1,017"),
    ]


def test_only_the_first_rejects_are_shown_and_all_are_downloaded(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    of = make_import("in/field.csv.gz", state="done")
    fault = Fault("location", "", "empty", "must not be empty")
    add_rejects(of, [reject(line, fault) for line in range(2, 62)])

    page = text_of(reader.get(of.get_absolute_url()))
    answer = reader.get(reverse("import-rejects", args=[of.pk]))

    assert "The first 20 of 60" in page
    assert answer["Content-Disposition"] == 'attachment; filename="field-rejects.csv"'
    content = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["line"] for row in rows] == [str(line) for line in range(2, 62)]
    assert rows[0]["reason"] == "location must not be empty"


def test_an_import_without_rejects_has_none_to_download(
    reader: Client, make_import: MakeImport
) -> None:
    of = make_import(state="failed", layout={})

    assert reader.get(reverse("import-rejects", args=[of.pk])).status_code == 404


def test_the_page_is_shown_though_the_rejects_cannot_be_read(
    reader: Client, make_import: MakeImport, bare_aws: str
) -> None:
    of = make_import(state="done", read=1, rejected=1, bucket="no such bucket")
    add_chunk(of, rejected=1)

    answer = reader.get(of.get_absolute_url())

    assert answer.status_code == 200
    assert "The rejected rows cannot be read at the moment." in text_of(answer)


def test_it_links_to_the_first_and_last_date_of_its_records(
    reader: Client, make_import: MakeImport
) -> None:
    of = make_import(state="done")
    add_chunk(of, 0, first_date="2019-05-27", last_date="2019-05-28")
    add_chunk(of, 1)  # all of its rows were rejected
    add_chunk(of, 2, first_date="2019-05-20", last_date="2019-05-27")

    page = text_of(reader.get(of.get_absolute_url()))

    assert re.findall(r"/messages/\?date=([\d-]+)", page) == ["2019-05-20", "2019-05-28"]


def test_columns_that_belong_to_no_field_are_named(reader: Client, make_import: MakeImport) -> None:
    of = make_import(state="done")

    assert "<code>comment</code>" in text_of(reader.get(of.get_absolute_url()))


def test_a_running_import_can_be_cancelled_once(reader: Client, make_import: MakeImport) -> None:
    of = make_import(state="writing")
    url = reverse("import-cancel", args=[of.pk])
    assert url in text_of(reader.get(of.get_absolute_url()))

    first = reader.post(url, follow=True)
    again = reader.post(url, follow=True)

    of.refresh_from_db()
    assert of.state == "cancelled"
    assert "The import was cancelled." in text_of(first)
    assert "had ended before it could be cancelled" in text_of(again)


def test_a_cancelled_import_can_be_run_again(
    reader: Client, make_import: MakeImport, aws: str
) -> None:
    of = make_import(state="cancelled")
    url = reverse("import-run-again", args=[of.pk])
    assert url in text_of(reader.get(of.get_absolute_url()))

    answer = reader.post(url, follow=True)

    of.refresh_from_db()
    assert of.state == "queued"
    assert "goes on with what was left to do" in text_of(answer)


@pytest.mark.parametrize("name", ["import-cancel", "import-run-again"])
def test_what_changes_an_import_takes_a_post_with_a_token(
    name: str, log_in: LogIn, make_import: MakeImport
) -> None:
    of = make_import(state="writing")
    client = log_in("ingestion.change_import", enforce_csrf_checks=True)
    url = reverse(name, args=[of.pk])

    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 403
    of.refresh_from_db()
    assert of.state == "writing"
