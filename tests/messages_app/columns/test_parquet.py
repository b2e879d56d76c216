"""Exports in Parquet against the table."""

import random
from decimal import Decimal

import duckdb
import pytest

from columns import files
from common.aws import s3
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Origin, build_record
from messages_app.store import day_index
from messages_app.store.query import Query
from tests.messages_app.api_client import api_client
from tests.messages_app.columns.test_asking import IMPORT, build_all, made_up, write
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

URL = "/api/messages/export/"
DATE = "2019-05-28"
DAY = 86_400


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def client(db):
    return api_client("messages_app.view_message")


def table_of(response, tmp_path):
    """The names and the rows of a Parquet file."""
    assert response.status_code == 200, response.content
    path = tmp_path / "answer.parquet"
    path.write_bytes(b"".join(response.streaming_content))
    with duckdb.connect(":memory:") as connection:
        found = connection.execute("SELECT * EXCLUDE (_at) FROM read_parquet(?)", [str(path)])
        return [one[0] for one in found.description], found.fetchall()


def rows_of(records):
    """Records as an export has them, by plain Python."""
    return [
        (
            one.date,
            one.time,
            *(
                float(value) if isinstance(value, Decimal) else value
                for value in (one.values[name] for name in BUILTIN.schema.names)
            ),
            one.import_origin.import_id if one.import_origin else None,
            one.import_origin.line if one.import_origin else None,
        )
        for one in records
    ]


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_of_the_table_with_edits_between(client, repository, tmp_path, seed):
    chance = random.Random(seed)
    records = [made_up(chance) for _ in range(120)]
    write(repository, records)
    build_all()
    for _ in range(3):
        for one in chance.sample(list(repository.all(Query())), 5):
            if chance.random() < 0.5:
                repository.delete(one)
            else:
                repository.update(one, {"local_avg": Decimal(chance.randrange(100))})
        for asked in (
            {},
            {"location": ["quay", "ü'\""], "local_avg_min": "200"},
            {"date_from": DATE, "date_to": "2019-05-30", "time_from": "06"},
            {"order": "newest", "import": IMPORT},
        ):
            names, rows = table_of(client.get(URL, asked | {"format": "parquet"}), tmp_path)
            csv = client.get(URL, asked | {"format": "csv"})
            header = b"".join(csv.streaming_content).decode().splitlines()[0]
            assert names == header.split(",")
            query = Query(
                date_from=asked.get("date_from", ""),
                date_to=asked.get("date_to", ""),
                time_from=asked.get("time_from", ""),
                filters={"location": tuple(asked["location"])} if "location" in asked else {},
                newest_first="order" in asked,
                import_id=asked.get("import", ""),
            )
            wanted = [
                one
                for one in repository.all(query)
                if "local_avg_min" not in asked or one.values["local_avg"] >= 200
            ]
            assert rows == rows_of(wanted)


def test_the_file_says_what_it_is(client, repository):
    repository.insert(record())
    response = client.get(URL, {"date": DATE}, HTTP_ACCEPT="application/vnd.apache.parquet")
    assert response["Content-Type"] == "application/vnd.apache.parquet"
    assert f'filename="messages-{DATE}.parquet"' in response["Content-Disposition"]
    content = b"".join(response.streaming_content)
    assert int(response["Content-Length"]) == len(content)
    assert content[:4] == content[-4:] == b"PAR1"


def test_head_is_answered_with_the_length(client, repository):
    repository.insert(record())
    response = client.head(URL, {"format": "parquet"})
    response.close()
    assert response.status_code == 200
    assert int(response["Content-Length"]) > 0


def test_fields_are_chosen(client, repository, tmp_path):
    repository.insert(record(origin=Origin(IMPORT, 7)))
    asked = {"fields": "location,origin", "format": "parquet"}
    names, rows = table_of(client.get(URL, asked), tmp_path)
    assert (names, rows) == (["location", "import", "line"], [("location-03", IMPORT, 7)])


def test_extra_columns_are_refused(client):
    response = client.get(URL, {"fields": "extra_columns", "format": "parquet"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "fields"


def test_a_large_day_that_changed_is_no_file(client, repository):
    repository.insert(record())
    day_index.add({DATE: 1_000_000})
    response = client.get(URL, {"format": "parquet"})
    assert (response.status_code, response.json()["code"]) == (503, "not_built")
    assert response["Retry-After"] == "60"
    assert "CSV" in response.json()["detail"]


def test_a_file_that_is_gone_is_not_left_out(client, repository, settings):
    BUILTIN.repository.insert_many([record(MOMENT)], "keep", Deadline(9))
    day_index.add({DATE: 1})
    build_all()
    [state] = files.states("messages")
    s3.delete_all(settings.DATA_BUCKET, files.key_of("messages", DATE, state.file.name), 2)
    response = client.get(URL, {"format": "parquet"})
    assert response.status_code == 503


def test_nothing_is_an_empty_file(client, tmp_path):
    names, rows = table_of(client.get(URL, {"format": "parquet"}), tmp_path)
    assert (names[0], rows) == ("date", [])


def test_the_files_of_an_export_are_gone_when_it_is_sent(client, repository, settings, tmp_path):
    repository.insert(record())
    table_of(client.get(URL, {"format": "parquet"}), tmp_path)
    assert not list((tmp_path / "columns").glob("now-*"))


def test_records_of_a_kind_that_staff_made(client, tmp_path):
    kind = climate.make()
    values = {"at": Decimal(1559037600), "sensor": "a", "temperature": Decimal(20)}
    kind.repository.insert(build_record(kind.schema, values | {"humidity": Decimal(40)}))
    response = client.get("/api/records/climate/export/", {"format": "parquet"})
    names, [row] = table_of(response, tmp_path)
    assert dict(zip(names, row, strict=True))["temperature"] == 20.0


def test_who_may_not_see_records_gets_no_file(db):
    assert api_client().get(URL, {"format": "parquet"}).status_code == 403
