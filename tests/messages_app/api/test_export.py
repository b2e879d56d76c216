"""Exports: everything that a query matches, in files that spreadsheets and imports can read."""

import csv
import io
from decimal import Decimal

import pytest
import simplejson

from messages_app.schema.record import Origin
from tests.messages_app.api_client import api_client
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db

URL = "/api/messages/export/"
DAY = 86_400


@pytest.fixture
def client(aws):
    return api_client("messages_app.view_message")


def text_of(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def rows_of(response):
    return list(csv.DictReader(io.StringIO(text_of(response))))


def test_csv_has_every_record_of_all_days_with_all_digits(client, repository):
    repository.insert(record(MOMENT + DAY))
    repository.insert(record(origin=Origin("an-import", 7), local_avg=Decimal("0.10000000000001")))
    first, second = rows_of(client.get(URL))
    assert first == {
        "date": "2019-05-28",
        "time": "10:55:09.385333",
        "timestamp": "1559040909.3853335",
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": "0.10000000000001",
        "remote_dest": "device-1",
        "remote_avg": "9.09",
        "import": "an-import",
        "line": "7",
    }
    assert (second["date"], second["import"]) == ("2019-05-29", "")


def test_json_lines_have_the_records_as_lists_have_them(client, repository):
    repository.insert(record())
    lines = text_of(client.get(URL, {"format": "jsonl"})).splitlines()
    [listed] = simplejson.loads(
        client.get("/api/messages/?date=2019-05-28").content, use_decimal=True
    )["results"]
    assert [simplejson.loads(line, use_decimal=True) for line in lines] == [listed]


def test_the_format_can_be_asked_for_by_header(client):
    response = client.get(URL, HTTP_ACCEPT="application/x-ndjson")
    assert response["Content-Type"].startswith("application/x-ndjson")
    assert ".jsonl" in response["Content-Disposition"]


def test_filters_order_and_fields_are_those_of_lists(client, repository):
    for second in range(4):
        repository.insert(record(MOMENT + second, location=f"location-{second % 2}"))
    response = client.get(URL, {"location": "location-1", "order": "newest", "fields": "time"})
    assert text_of(response) == "time\r\n10:55:12.385333\r\n10:55:10.385333\r\n"


def test_cells_that_a_spreadsheet_would_run_are_text(client, repository):
    repository.insert(record(source="=1+1"))
    [row] = rows_of(client.get(URL))
    assert row["source"] == "'=1+1"


def test_more_records_than_one_request_reads_are_all_there(client, repository):
    long = "x" * 1024
    for second in range(300):  # more than 1 MB
        repository.insert(
            record(MOMENT + second, location=long, source=long, local_dest=long, remote_dest=long)
        )
    assert len(rows_of(client.get(URL, {"date": "2019-05-28"}))) == 300


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"page_size": "5"}, {"date": "x"}])
def test_a_query_that_is_wrong_is_refused_before_anything_is_sent(client, query):
    assert client.get(URL, query).status_code == 400


def test_storage_that_fails_is_503(bare_aws):
    response = api_client("messages_app.view_message").get(URL, {"date": "2019-05-28"})
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
