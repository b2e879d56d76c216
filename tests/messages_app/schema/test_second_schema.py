"""A second kind of record: an object of its own, and nothing else."""

import csv
import io
import json
from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings
from django.http import QueryDict

from columns.pages.charts.drawn import measures_of
from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import PreconditionFailed
from ingestion.reading.header import read_layout
from ingestion.reading.row_parser import ParsedRow, RowReader
from messages_app.kinds.record_kind import RecordKind
from messages_app.pages import table
from messages_app.pages.kind_pages import KindPages
from messages_app.presentation import filter_form
from messages_app.presentation.active_filters import active_filters
from messages_app.presentation.export import csv_lines, json_lines
from messages_app.presentation.filters import Filters
from messages_app.presentation.record_form import RecordForm
from messages_app.presentation.record_json import field_names
from messages_app.schema.record import Record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Number, Text, Timestamp
from messages_app.store.paging import Page
from messages_app.store.query import Query, Range
from messages_app.store.repository import RecordRepository
from tests.support.openapi import is_valid

CLIMATE = Schema(
    time_field="measured_at",
    fields=(
        Field("sensor", Text(max_length=8), "Sensor"),
        Field("temperature", Number(Decimal(-90), Decimal(60)), "Temperature", unit="°C"),
        Field("humidity", Number(below=Decimal(101)), "Humidity", unit="%"),
        Field("measured_at", Timestamp(), "Measured at", unit="s"),
    ),
)
HERE = KindPages(RecordKind("climate", "Climate", 1, CLIMATE))
WITHOUT_TEXT = Schema(
    time_field="at", fields=(Field("at", Timestamp(), "At"), Field("level", Number(), "Level"))
)
FILE = """\
humidity;measured_at;sensor;temperature
40;2019-05-28T10:00:00Z;roof;-4.5
41.50;2019-05-28T10:00:01Z;cellar;12
42;2019-05-28T10:00:02Z;roof;-3
101;2019-05-28T10:00:03Z;far too long;-91
"""
DATE = "2019-05-28"


@pytest.fixture
def climate(aws: str, db: None) -> RecordRepository:
    return RecordRepository(dynamodb_client(), settings.MESSAGES_TABLE, CLIMATE)


def read(text: str = FILE, schema: Schema = CLIMATE, import_: str = "one") -> list[ParsedRow]:
    layout = read_layout(text.encode(), schema)
    reader = RowReader(schema, layout, import_)
    body = text.encode()[layout.body_start :]
    return list(reader.read(body, layout.body_line))


def records(text: str = FILE, schema: Schema = CLIMATE, import_: str = "one") -> list[Record]:
    rows = read(text, schema, import_)
    return [row.record for row in rows if row.record is not None]


def store(repository: RecordRepository, text: str = FILE, import_: str = "one") -> Counter[str]:
    """How many rows had which outcome."""
    placed = repository.insert_many(records(text, import_=import_), "keep", Deadline(30))
    return Counter(one.outcome for one in placed)


def times(page: Page) -> list[str]:
    return [record.time for record in page.records]


def filters(query: str) -> Filters:
    return Filters(QueryDict(f"date={DATE}&{query}"), CLIMATE)


def test_its_files_are_read_by_its_own_columns_and_rules() -> None:
    *good, bad = read()

    assert [row.faults for row in good] == [[], [], []]
    assert records()[1].values == {
        "sensor": "cellar",
        "temperature": Decimal(12),
        "humidity": Decimal("41.5"),
        "measured_at": Decimal(1559037601),
    }
    assert [(fault.column, fault.code) for fault in bad.faults] == [
        ("sensor", "too_long"),
        ("temperature", "too_small"),
        ("humidity", "too_large"),
    ]


def test_its_records_are_inserted_and_kept_beside_others(climate: RecordRepository) -> None:
    assert store(climate) == {"written": 3}
    assert store(climate, FILE.replace("-4.5", "-4.50"), "two") == {"unchanged": 3}
    assert store(climate, FILE.replace("-4.5", "5"), "three") == {"unchanged": 2, "kept": 1}

    found = climate.page(Query(DATE), 10).records
    assert [record.values["temperature"] for record in found] == [Decimal("-4.5"), 5, 12, -3]


def test_its_records_are_asked_for_by_its_own_fields(climate: RecordRepository) -> None:
    store(climate)

    cold = Query(DATE, ranges={"temperature": Range(maximum=Decimal(0))})
    assert times(climate.page(cold, 10)) == ["10:00:00", "10:00:02"]
    cellar = Query(DATE, filters={"sensor": ("cellar",)})
    assert times(climate.page(cellar, 10)) == ["10:00:01"]
    assert [record.time for record in climate.all(Query())] == ["10:00:00", "10:00:01", "10:00:02"]


def test_its_records_are_changed_as_they_were_seen_or_not_at_all(
    climate: RecordRepository,
) -> None:
    store(climate)
    [seen] = climate.lookup(DATE, "10:00:01")

    changed = climate.update(seen, {"humidity": Decimal(50), "sensor": "attic"}, only_if_same=True)

    assert climate.get(*seen.key) == changed
    assert changed.values == {**seen.values, "humidity": Decimal(50), "sensor": "attic"}
    with pytest.raises(PreconditionFailed):
        climate.delete(seen, only_if_same=True)


def test_filters_of_a_page_ask_for_its_fields(climate: RecordRepository) -> None:
    store(climate)
    asked = filters("sensor=roof&temperature_min=-4&location=x&local_avg_min=1")

    assert asked.errors == {}
    assert times(climate.page(asked.query, 10)) == ["10:00:02"]
    assert [(one.label, one.value) for one in active_filters(asked)] == [
        ("Sensor", "roof"),
        ("Temperature min", "-4 °C"),
    ]
    assert "location" not in asked.url()
    assert filters("temperature_max=warm").errors == {
        "temperature_max": ["“warm” is not a number."]
    }


def test_the_filter_form_has_its_fields() -> None:
    groups = filter_form.groups(filters("sensor=roof"), records())

    assert [group.label for group in groups][2:] == ["Sensor", "Temperature (°C)", "Humidity (%)"]
    assert [input_.value for input_ in groups[2].inputs] == ["roof", ""]
    assert groups[2].suggestions == ["cellar", "roof"]


def test_the_table_has_its_columns() -> None:
    columns = table.columns(CLIMATE)
    row = table.row(records()[0], HERE)

    assert [(column.label, column.is_number) for column in columns] == [
        ("Sensor", False),
        ("Temperature", True),
        ("Humidity", True),
    ]
    assert [cell.text for cell in row.cells] == ["roof", "-4.5", "40"]


def test_the_chart_draws_its_numbers_and_tells_its_texts_apart() -> None:
    assert filters("by=sensor").by == "sensor"
    assert filters("by=humidity").by == ""
    drawn = measures_of(CLIMATE, "sensor")
    assert [(field.label, field.unit) for field in drawn] == [
        ("Temperature", "°C"),
        ("Humidity", "%"),
    ]


def test_without_a_text_field_the_chart_has_one_line() -> None:
    assert Filters(QueryDict("date=&by=level"), WITHOUT_TEXT).by == ""
    assert [field.name for field in measures_of(WITHOUT_TEXT, "")] == ["level"]


def test_a_form_makes_and_changes_its_records() -> None:
    data = {
        "sensor": " roof ",
        "temperature": "-4.50",
        "humidity": "40",
        "measured_at": "2019-05-28T10:00:00Z",
    }
    [same, *_] = records()
    form = RecordForm(CLIMATE, data)
    change = RecordForm(CLIMATE, {**data, "humidity": "41"}, same)

    assert form.is_valid()
    assert form.new_record.same_content(same)
    assert change.is_valid()
    assert change.changes_of(same) == {"humidity": 41}


def test_its_exports_have_its_fields_and_can_be_read_again() -> None:
    names = field_names(CLIMATE)
    exported = "".join(csv_lines(records(), names))

    assert next(csv.reader(io.StringIO(exported))) == [
        *("date", "time", "sensor", "temperature", "humidity", "measured_at", "import", "line")
    ]
    assert [record.values for record in records(exported)] == [
        record.values for record in records()
    ]
    first = json.loads(next(json_lines(records(), names)))
    assert (first["date"], first["temperature"]) == (DATE, -4.5)


@pytest.mark.parametrize("field", CLIMATE.fields, ids=lambda field: field.name)
def test_its_fields_are_described_by_their_own_rules(field: Field) -> None:
    for schema in (field.sent_schema, field.answered_schema, field.item_schema):
        assert schema["description"].startswith(field.label)
        assert field.type.from_json(schema["example"])


@pytest.mark.parametrize(
    ("value", "is_taken"), [(-90, True), (-4.5, True), (0, True), (-91, False), (60, False)]
)
def test_its_numbers_are_described_within_their_own_bounds(value: float, is_taken: bool) -> None:
    temperature = CLIMATE.by_name["temperature"]

    assert is_valid({"components": {}}, temperature.sent_schema, value) == is_taken
    assert is_valid({"components": {}}, temperature.answered_schema, value) or not is_taken
