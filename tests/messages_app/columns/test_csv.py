"""Exports in CSV from columns against those from the table."""

import random
from decimal import Decimal

import pytest

from columns import building, files, rows
from columns.asking import csv_file
from columns.asking.csv_file import csv_of
from columns.engine import engine
from columns.models import ColumnFile
from common.aws import s3
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.presentation.export import csv_lines, exported_names
from messages_app.schema.record import Origin, build_record
from messages_app.store.query import Query, Range
from tests.messages_app.api_client import api_client
from tests.messages_app.columns.quiet import let_time_pass
from tests.messages_app.columns.test_asking import DATE, IMPORT, build_all, made_up, write
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record
from tests.pages.record_pages import AskedOfDynamoDB

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

URL = "/api/messages/export/"
AWKWARD = ["=1+1", "a,b", 'x"y', "two\nlines", "-5", "'=1", "ü€😀", "a;=b", "+49", "@x", " y "]
# All their digits are in a DOUBLE, and no exponent.
NUMBERS = ["0", "0.1", "-7", "-0.0001", "100", "123456789012345", "1.005", "1559040909.3853335"]
# Not, or with one.
OTHERS = ["0.1234567890123456789", "12345678901234567890", "0.00001", "1E+30"]


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


def of_columns(query=Query(), fields=(), kind=BUILTIN):  # noqa: B008
    file = csv_of(kind, query, fields or exported_names(kind))
    if file is None:
        return None
    with file:
        return file.read().decode()


def of_table(query=Query(), fields=(), kind=BUILTIN):  # noqa: B008
    return "".join(csv_lines(kind.repository.all(query), fields or exported_names(kind)))


def content_of(answer):
    return b"".join(answer.streaming_content).decode()


def odd(chance):
    one = made_up(chance)
    one.values["location"] = chance.choice(AWKWARD)
    one.values["local_avg"] = Decimal(chance.choice(["0", "0.1", "-7", "100", "1.005", "0.0001"]))
    return one


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_export_of_the_table_byte_by_byte(repository, seed):
    chance = random.Random(seed)
    write(repository, [odd(chance) for _ in range(150)])
    build_all()
    for query in (
        Query(),
        Query(newest_first=True),
        Query(date_from=DATE, date_to="2019-05-30", time_from="06"),
        Query(filters={"location": ("=1+1", "two\nlines")}),
        Query(ranges={"local_avg": Range(Decimal("0.1"), Decimal("50"))}, import_id=IMPORT),
        Query(filters={"location": ("nowhere",)}),
    ):
        assert of_columns(query) == of_table(query)
    for fields in (("location",), ("origin", "time"), ("local_avg", "date")):
        assert of_columns(fields=fields) == of_table(fields=fields)


def test_numbers_have_all_their_digits(repository):
    write(repository, [record(MOMENT + n, local_avg=Decimal(x)) for n, x in enumerate(NUMBERS)])
    build_all()
    assert of_columns(fields=("local_avg",)).splitlines() == ["local_avg", *NUMBERS]


def test_numbers_of_any_length_are_written_as_they_were(tmp_path):
    chance, places = random.Random(1), range(-4, 17)
    numbers = {
        float(f"{chance.choice(['', '-'])}{chance.randrange(1, 10**digits)}e{place - digits}")
        for digits in range(1, 18)
        for place in places
        for _ in range(20)
    }
    texts = [repr(one).removesuffix(".0") for one in numbers if "e" not in repr(one)]
    assert len(texts) > 5_000
    name, values = "local_avg", ", ".join(f"({text}::DOUBLE)" for text in texts)
    with engine(tmp_path, 60) as duckdb:
        wanted = f"SELECT {csv_file._text(name, BUILTIN.schema)} FROM (VALUES {values}) t({name})"  # noqa: S608
        assert [text for (text,) in duckdb.rows(wanted)] == texts


@pytest.mark.parametrize("text", [*NUMBERS, *OTHERS, "-0", "1.50"])
def test_a_file_knows_whether_it_has_all_digits(text):
    row = {"a": float(text), "b": None, "c": "text"}
    assert rows.has_all_digits(row, {"a": {"N": text}}, ["a", "b"]) == (text in NUMBERS)


@pytest.mark.parametrize("number", OTHERS)
def test_where_a_number_would_lose_digits_the_table_is_asked(repository, number):
    write(repository, [record(MOMENT), record(MOMENT + 86_400, local_avg=Decimal(number))])
    build_all()
    assert of_columns() is None
    assert of_columns(Query(DATE)) == of_table(Query(DATE))
    response = api_client("messages_app.view_message").get(URL, {"format": "csv"})
    assert content_of(response) == of_table()


def test_where_a_day_changed_the_table_is_asked(repository):
    write(repository, [record(MOMENT), record(MOMENT + 86_400)])
    build_all()
    assert of_columns() is not None
    repository.update(next(repository.all(Query())), {"local_avg": Decimal(1)})
    assert of_columns() is None
    assert of_columns(Query("2019-05-29")) is not None


def test_where_a_file_is_gone_or_of_before_the_table_is_asked(repository, settings, tmp_path):
    write(repository, [record(MOMENT)])
    build_all()
    [state] = files.states("messages")
    key = files.key_of("messages", DATE, state.file.name)
    content = s3.read(settings.DATA_BUCKET, key)
    s3.delete_all(settings.DATA_BUCKET, key, 2)
    assert of_columns() is None
    before = content.replace(b"exact", b"other")
    assert before != content
    s3.put(settings.DATA_BUCKET, key, before, "application/vnd.apache.parquet")
    assert of_columns() is None
    ColumnFile.objects.update(name="")
    assert of_columns() is None


def test_more_records_than_can_be_written_in_time_come_from_the_table(repository):
    write(repository, [record(MOMENT)])
    build_all()
    ColumnFile.objects.update(records=csv_file.MOST_RECORDS + 1)
    assert of_columns() is None


def test_extra_columns_come_from_the_table(repository):
    write(repository, [record(MOMENT)])
    build_all()
    assert of_columns(fields=("location", "extra_columns")) is None


def test_values_that_are_missing_are_empty_in_a_made_kind():
    kind = climate.make()
    values = {"at": MOMENT, "temperature": Decimal("21.5"), "humidity": Decimal(40)}
    for sensor, others in (("=sensor", {}), ("b", {"battery": Decimal(7)})):
        kind.repository.insert(build_record(kind.schema, {**values, "sensor": sensor, **others}))
    let_time_pass()
    assert building.build(kind, DATE, Deadline(30))
    assert of_columns(kind=kind) == of_table(kind=kind)
    assert ",b,21.5,40,7" in of_columns(kind=kind)


def test_the_api_and_the_page_ask_nothing_of_the_table(repository, admin_client):
    write(repository, [record(MOMENT, origin=Origin(IMPORT, 7))])
    build_all()
    wanted = of_table()
    api = api_client("messages_app.view_message")
    for get, address in ((api.get, URL), (admin_client.get, "/messages/export/")):
        with AskedOfDynamoDB() as asked:
            response = get(address, {"format": "csv", "date": DATE})
            content = content_of(response)
        assert (content, asked.operations) == (wanted, [])
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert f'filename="messages-{DATE}.csv"' in response["Content-Disposition"]
