"""Exactly the records of an import: in the API, exports, pages and the admin."""

import csv
import io
import uuid

import pytest
from django.utils.html import escape

from ingestion.models import Chunk, Import
from tests.ingestion.helpers import HEADER, Tasks, line, lines, run, start
from tests.messages_app.api_client import api_client
from tests.pages.conftest import LogIn, log_in, text_of
from tests.pages.record_pages import AskedOfDynamoDB

__all__ = ["log_in"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LIST = "/api/messages/"
SEE = ("messages_app.view_message", "ingestion.view_import")
DAY = 86_400


def averages(import_: Import, **query: str) -> list[int]:
    response = api_client(*SEE).get(LIST, {"import": str(import_.pk), **query})
    assert response.status_code == 200, response.content
    found = response.json()["results"]
    assert {one["origin"]["import"] for one in found} <= {str(import_.pk)}
    return sorted(int(one["local_avg"]) for one in found)


def test_the_filter_finds_the_records_of_one_import_on_all_its_days() -> None:
    first = run(HEADER + lines(3), "a.csv")
    second = run(HEADER + line(10) + line(11, 2 * DAY), "b.csv")

    assert averages(first) == [0, 1, 2]
    assert averages(second) == [10, 11]
    assert averages(second, local_avg_min="11") == [11]
    assert averages(second, date="2019-05-28") == [10]


def test_what_was_there_already_belongs_to_the_import_that_wrote_it() -> None:
    first = run(HEADER + lines(2), "a.csv")
    again = run(HEADER + lines(2) + line(2), "b.csv")

    assert averages(first) == [0, 1]
    assert averages(again) == [2]


def test_only_the_days_of_the_import_are_looked_at() -> None:
    for day in range(6):
        run(HEADER + line(day, day * DAY), f"{day}.csv")
    one = run(HEADER + line(7, 2 * DAY + 7), "one.csv")

    with AskedOfDynamoDB() as asked:
        assert averages(one) == [7]
    assert asked.operations == ["Query"]


def test_an_import_whose_rows_are_not_all_counted_is_looked_for_on_all_days() -> None:
    one = run(HEADER + line(1) + line(2, DAY), "one.csv")
    Chunk.objects.update(is_done=False, last_date="2019-05-28")

    assert averages(one) == [1, 2]


def test_the_pages_of_a_running_import_belong_together() -> None:
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.run()
    Chunk.objects.update(is_done=False)
    client = api_client(*SEE)
    first = client.get(LIST, {"import": str(import_.pk), "page_size": "2"}).json()
    Chunk.objects.update(is_done=True)

    second = client.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 1]


def test_an_import_without_records_has_none_and_asks_for_none() -> None:
    run(HEADER + lines(2), "a.csv")
    wrong = run(HEADER + "x,y\n", "b.csv")

    with AskedOfDynamoDB() as asked:
        assert averages(wrong) == []
    assert asked.operations == []


def test_records_of_a_deleted_import_are_found_all_the_same() -> None:
    import_ = run(HEADER + lines(2))
    Import.objects.all().delete()

    response = api_client(*SEE).get(LIST, {"import": str(import_.pk)})

    assert len(response.json()["results"]) == 2


@pytest.mark.parametrize("wrong", ["7", "x", "8f14e45f", "8f14e45f-ceea-467f-a8d6", "\u0130" * 36])
def test_what_is_no_id_is_refused_with_the_reason(wrong: str, log_in: LogIn) -> None:
    for url in (LIST, f"{LIST}export/"):
        response = api_client(*SEE).get(url, {"import": wrong}, HTTP_ACCEPT="application/json")
        assert response.status_code in (400, 406)
    response = api_client(*SEE).get(LIST, {"import": wrong})
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["code"]) == ("import", "not_an_import")

    page = log_in(*SEE).get("/messages/", {"import": wrong})

    assert page.status_code == 400
    assert "is not the id of an import" in text_of(page)


def test_an_id_that_no_import_has_finds_nothing() -> None:
    run(HEADER + lines(2))
    response = api_client(*SEE).get(LIST, {"import": str(uuid.uuid4()).upper()})
    assert response.json()["results"] == []


def test_exports_have_the_same_records(log_in: LogIn) -> None:
    import_ = run(HEADER + lines(3), "a.csv")
    run(HEADER + line(9), "b.csv")
    query = {"import": str(import_.pk), "format": "csv"}

    for client, url in ((api_client(*SEE), f"{LIST}export/"), (log_in(*SEE), "/messages/export/")):
        text = b"".join(client.get(url, query)).decode("utf-8-sig")
        assert [row["line"] for row in csv.DictReader(io.StringIO(text))] == ["2", "3", "4"]


def test_the_page_of_the_import_leads_to_its_records_and_a_record_names_its_file(
    log_in: LogIn,
) -> None:
    import_ = run(HEADER + lines(2) + line(3, DAY), "in/monday.csv")
    run(HEADER + line(9), "b.csv")
    client = log_in(*SEE)

    page = text_of(client.get(import_.get_absolute_url()))
    query = f"date_from=2019-05-28&date_to=2019-05-29&import={import_.pk}"
    assert escape(f"/messages/?{query}") in page

    shown = text_of(client.get(f"/messages/?{query}"))
    assert shown.count('<th scope="row" class="time">') == 3
    assert f'value="{import_.pk}"' in shown
    record = text_of(client.get("/messages/2019-05-28/10:40:01/"))
    assert "Line 3 of" in record
    assert ">monday.csv</a>" in record


def test_the_admin_has_the_same_filter(admin_client) -> None:
    import_ = run(HEADER + lines(2), "a.csv")
    run(HEADER + line(9) + line(8, DAY), "b.csv")

    page = text_of(admin_client.get("/admin/messages_app/message/", {"import": str(import_.pk)}))

    assert page.count('name="_selected_action"') == 2
    assert f'value="{import_.pk}"' in page
