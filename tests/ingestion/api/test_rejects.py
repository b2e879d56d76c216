"""Rejected rows in the API: pages of JSON, and all of them as a CSV file to mend."""

import pytest

from ingestion.models import Import
from tests.ingestion.helpers import HEADER, averages, counts, line, lines, run
from tests.ingestion.responses import faults_of, json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def client(db):
    return api_client("ingestion.view_import")


def address(import_):
    return f"/api/imports/{import_.pk}/rejects/"


@pytest.mark.parametrize(("query", "pages"), [("", 3), ("?page_size=200", 2)])
def test_rejects_come_in_pages(client, query, pages):
    import_ = run(HEADER + "bad\n" * 250)
    url, seen, count = address(import_) + query, [], 0
    while url and count < 5:
        body = json_of(client.get(url))
        seen += [one["line"] for one in body["results"]]
        url, count = body["next"], count + 1
    assert seen == list(range(2, 252))
    assert count == pages


def test_a_reject_has_its_line_its_faults_and_its_row(client):
    import_ = run(HEADER + line(1, avg="4,5").replace("4,5", '"4,5"') + line(2))
    assert json_of(client.get(address(import_)))["results"] == [
        {
            "line": 2,
            "faults": [
                {
                    "column": "local_avg",
                    "value": "4,5",
                    "code": "decimal_comma",
                    "detail": "has a decimal comma; write a decimal point",
                }
            ],
            "row": ["1559040001", "location-03", "wireless", "router-1", "4,5", "device-1", "9.09"],
            "state": "open",
            "mended": None,
            "edited_by": None,
            "edited_at": None,
            "import": None,
        }
    ]


def test_an_import_without_rejects_has_an_empty_page(client):
    import_ = run(HEADER + lines(1))
    assert json_of(client.get(address(import_))) == {"next": None, "results": []}


WRONG = [
    {"after_line": "-1"},
    {"after_line": "x"},
    {"after_line": "٣"},
    {"after_line": "9" * 30},
    {"page_size": "1001"},
    {"line": "1"},
]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_parameter_is_named(client, query):
    import_ = run(HEADER + lines(1))
    assert list(faults_of(client.get(address(import_), query))) == list(query)


@pytest.mark.parametrize(
    "asked", [{"data": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}]
)
def test_all_rejects_come_as_a_csv_file(client, asked):
    import_ = run(HEADER + "bad\n" * 250 + line(1))
    response = client.get(address(import_), **asked)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="file-rejects.csv"'
    header, *rows = response.getvalue().decode("utf-8-sig").splitlines()
    assert header == HEADER.strip() + ",line,reason"
    assert [row.split(",")[7] for row in rows] == [str(number) for number in range(2, 252)]


def test_the_mended_file_is_imported_with_the_rows_that_it_had(client):
    import_ = run(HEADER + line(1) + line(2, avg="n/a"))
    data = client.get(address(import_), {"format": "csv"}).getvalue()
    mended = run(data.replace(b"n/a", b"7"), key="mended.csv")
    assert counts(mended) == {"read": 1, "written": 1}
    assert averages() == [1, 7]


def test_the_file_of_many_rejects_comes_in_blocks(client):
    import_ = run(HEADER + "bad,one\n" * 3000)
    blocks = list(client.get(address(import_), {"format": "csv"}).streaming_content)
    assert 1 < len(blocks) < 20
    assert b"".join(blocks).count(b"bad,one") == 3000


def test_an_import_without_rejects_has_no_file(client):
    import_ = run(HEADER + lines(1))
    response = client.get(address(import_), {"format": "csv"})
    assert response.status_code == 404
    assert "no rejected rows" in json_of(response)["detail"]


def test_the_file_can_begin_behind_a_line(client):
    import_ = run(HEADER + "bad\n" * 5)
    response = client.get(address(import_), {"format": "csv", "after_line": "4", "page_size": "1"})
    rows = response.getvalue().decode().splitlines()[1:]
    assert [row.split(",")[7] for row in rows] == ["5", "6"]


def test_the_file_takes_no_unknown_parameters(client):
    import_ = run(HEADER + "bad\n")
    response = client.get(address(import_), {"format": "csv", "colour": "red"})
    assert list(faults_of(response)) == ["colour"]


def test_an_unknown_format_is_404(client):
    import_ = run(HEADER + "bad\n")
    assert client.get(address(import_), {"format": "xml"}).status_code == 404


def test_rejects_that_cannot_be_read_are_503_in_either_format(client):
    import_ = run(HEADER + "bad\n")
    Import.objects.filter(pk=import_.pk).update(bucket="no such bucket")
    for query in ({}, {"format": "csv"}):
        assert client.get(address(import_), query).status_code == 503
