"""A kind of record with an identity: what several devices measure in one moment stays apart. And
one whose fields may have no value."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import PreconditionFailed
from ingestion.reading.file_error import FileError
from ingestion.reading.header import read_layout
from ingestion.reading.row_parser import RowReader
from messages_app.api.serializers import MessageSerializer
from messages_app.kinds.record_kind import RecordKind
from messages_app.pages import table
from messages_app.pages.kind_pages import KindPages
from messages_app.presentation import filter_form
from messages_app.presentation.active_filters import active_filters
from messages_app.presentation.export import csv_lines, json_lines
from messages_app.presentation.filters import Filters
from messages_app.presentation.record_form import RecordForm
from messages_app.presentation.record_json import field_names
from messages_app.schema.record import Origin, Record, build_record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Boolean, Integer, Number, Text, Timestamp
from messages_app.store.bulk_insert import OnConflict
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository

CLIMATE = Schema(
    time_field="at",
    identity=("sensor",),
    fields=(
        Field("at", Timestamp(), "At"),
        Field("sensor", Text(max_length=40), "Sensor"),
        Field("temperature", Number(Decimal(-90)), "Temperature", unit="°C"),
        Field("battery", Integer(), "Battery", unit="%", required=False),
        Field("is_open", Boolean(), "Open", required=False),
    ),
)
HERE = KindPages(RecordKind("climate", "Climate", 1, CLIMATE))
DATE, MOMENT = "2019-05-28", Decimal(1559037600)


@pytest.fixture
def climate(aws: str, db: None) -> RecordRepository:
    return RecordRepository(dynamodb_client(), settings.MESSAGES_TABLE, CLIMATE)


def record(
    sensor: str = "device-7",
    temperature: int = 20,
    at: Decimal = MOMENT,
    line: int = 0,
    import_: str = "one",
    **values: Any,
) -> Record:
    whole = {"at": at, "sensor": sensor, "temperature": Decimal(temperature), **values}
    return build_record(CLIMATE, whole, Origin(import_, line) if line else None)


def store(
    repository: RecordRepository, policy: OnConflict, *records: Record
) -> tuple[Counter[str], list[str]]:
    """How many had which outcome, and the times of all records afterwards."""
    placed = repository.insert_many(list(records), policy, Deadline(30))
    page = repository.page(Query(DATE, is_consistent=True), 100)
    return Counter(one.outcome for one in placed), [one.time for one in page.records]


def test_a_key_has_the_identity_behind_the_time() -> None:
    assert record().key == (DATE, "10:00:00#device-7")
    assert record(at=MOMENT + Decimal("0.5")).time == "10:00:00.500000#device-7"


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_different_devices_have_different_keys(one: str, other: str) -> None:
    assert (record(one).time == record(other).time) == (one == other)
    assert not set(record(one).time[9:]) & set("/~#")


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_two_devices_of_one_second_do_not_touch_each_other(
    climate: RecordRepository, policy: OnConflict
) -> None:
    first = [record("a", 1, line=2), record("b", 2, line=3)]
    assert store(climate, policy, *first)[0] == {"written": 2}

    changed, times = store(climate, policy, record("b", 3, line=2, import_="two"))

    assert climate.get(DATE, "10:00:00#a") == first[0]
    now = {one.values["temperature"] for one in climate.lookup(DATE, "10:00:00#b")}
    by_policy = {"keep": ("kept", 2), "replace": ("replaced", 3), "reject": ("key_conflict", 2)}
    outcome, plain = by_policy[policy]
    assert (changed, now) == ({outcome: 1}, {plain})
    assert len(times) == (3 if policy == "keep" else 2)


def test_a_record_kept_beside_another_has_its_digest_behind_the_identity(
    climate: RecordRepository,
) -> None:
    _, times = store(climate, "keep", record("a", 1), record("a", 2), record("a", 1))

    assert [time.partition("~")[0] for time in times] == ["10:00:00#a"] * 2
    assert store(climate, "keep", record("a", 2)) == ({"unchanged": 1}, times)


def test_records_are_found_by_the_beginning_of_their_time(climate: RecordRepository) -> None:
    half = MOMENT + Decimal("0.5")
    _, times = store(
        climate, "keep", record("b"), record("café"), record("a", at=half), record("a")
    )

    assert times == ["10:00:00#a", "10:00:00#b", "10:00:00#café", "10:00:00.500000#a"]
    assert [one.time for one in climate.lookup(DATE, "10:00")] == times
    assert [one.time for one in climate.lookup(DATE, "10:00:00#")] == times[:3]
    assert [one.time for one in climate.lookup(DATE, "10:00:00#caf")] == times[2:3]
    assert [one.time for one in climate.lookup(DATE, "10:00:00#b")] == times[1:2]


def test_pages_go_on_between_two_devices_of_one_moment(climate: RecordRepository) -> None:
    store(climate, "keep", *(record(f"device-{number}") for number in range(5)))
    first = climate.page(Query(DATE), 2)
    second = climate.page(Query(DATE), 2, first.cursor)
    back = climate.page(Query(DATE), 2, second.previous)

    assert [one.values["sensor"] for one in first.records] == ["device-0", "device-1"]
    assert [one.values["sensor"] for one in second.records] == ["device-2", "device-3"]
    assert back.records == first.records


def test_an_etag_tells_devices_apart() -> None:
    assert record("a").etag() != record("b").etag()


def test_a_value_is_given_and_taken_away(climate: RecordRepository) -> None:
    store(climate, "keep", record(is_open=True))
    [seen] = climate.lookup(DATE, "10:00")
    assert seen == record(is_open=True)

    changes = {"battery": Decimal(80), "is_open": None}
    changed = climate.update(seen, changes, only_if_same=True)

    assert changed == climate.get(*seen.key) == record(battery=Decimal(80))
    with pytest.raises(PreconditionFailed):
        climate.update(seen, {"battery": None}, only_if_same=True)
    assert climate.update(changed, {"battery": None}, only_if_same=True) == record()
    with pytest.raises(PreconditionFailed):
        climate.delete(changed, only_if_same=True)


def test_records_that_both_have_no_value_are_equal(climate: RecordRepository) -> None:
    store(climate, "keep", record())

    assert store(climate, "keep", record())[0] == {"unchanged": 1}
    assert store(climate, "keep", record(battery=Decimal(0)))[0] == {"kept": 1}
    assert record().digest() != record(battery=Decimal(0)).digest()


def read(text: str) -> list[Any]:
    layout = read_layout(text.encode(), CLIMATE)
    reader = RowReader(CLIMATE, layout, "one")
    return list(reader.read(text.encode()[layout.body_start :], layout.body_line))


def test_a_file_may_have_empty_cells_and_no_column_of_an_optional_field() -> None:
    row, wrong = read("at,sensor,temperature,battery\n1559037600,a,20,\n1559037600,,20,80.5\n")

    assert row.record.values == {"at": MOMENT, "sensor": "a", "temperature": 20}
    assert [(one.column, one.code) for one in wrong.faults] == [
        ("sensor", "empty"),
        ("battery", "not_whole"),
    ]
    with pytest.raises(FileError, match="lacks the column temperature"):
        read("at,sensor,battery\n1559037600,a,20\n")


def serializer(data: dict[str, Any], instance: Record | None = None, partial: bool = False) -> Any:
    one = MessageSerializer(CLIMATE, instance, data=data, partial=partial)
    one.is_valid(raise_exception=True)
    return one


JSON = {"sensor": "a", "temperature": 20}


@pytest.mark.parametrize(
    "key",
    [
        {"at": "2019-05-28T10:00:00Z"},
        {"date": DATE, "time": "10:00:00"},
        {"date": DATE, "time": "10:00:00#a"},
        {"at": 1559037600, "time": "10:00:00#a", "battery": None},
    ],
)
def test_the_api_makes_the_key_of_time_and_identity(key: dict[str, Any]) -> None:
    assert serializer({**JSON, **key}).new_record == record("a")


@pytest.mark.parametrize("time", ["10:00:00#b", "10:00:01", "10:00:00#a~123456"])
def test_the_api_refuses_a_time_of_something_else(time: str) -> None:
    with pytest.raises(ValidationError) as caught:
        serializer({**JSON, "at": 1559037600, "time": time})
    assert caught.value.get_codes() == {"time": ["disagrees"]}


def test_the_api_does_not_change_who_measured() -> None:
    own = record("a")
    assert serializer({"temperature": 21}, own, partial=True).values == {"temperature": 21}
    assert serializer({"sensor": "a", "time": own.time, "temperature": 2}, own, partial=True)
    with pytest.raises(ValidationError) as caught:
        serializer({"sensor": "b"}, own, partial=True)
    assert caught.value.get_codes() == {"sensor": ["key"]}


def test_what_replaces_a_record_takes_away_what_it_has_not() -> None:
    own = record("a", battery=Decimal(80))

    assert serializer({"temperature": 21}, own).values == {
        "temperature": 21,
        "battery": None,
        "is_open": None,
    }
    assert serializer({"battery": None}, own, partial=True).values == {"battery": None}


def filters(query: str) -> Filters:
    return Filters(QueryDict(f"date={DATE}&{query}"), CLIMATE)


def test_records_without_a_value_can_be_asked_for(climate: RecordRepository) -> None:
    store(climate, "keep", record("a", battery=Decimal(80)), record("b", is_open=False))
    asked = filters("without=battery")

    found = climate.page(asked.query, 10).records
    assert [one.values["sensor"] for one in found] == ["b"]
    closed = climate.page(filters("is_open=no").query, 10).records
    assert [one.values["sensor"] for one in closed] == ["b"]
    assert [(one.label, one.value) for one in active_filters(asked)] == [
        ("Without a value in", "Battery")
    ]
    group = filter_form.groups(asked, found)[-1]
    assert [(one.label, one.is_on) for one in group.checks] == [("Battery", True), ("Open", False)]
    assert filters("without=sensor").errors == {
        "without": ["“sensor” is not a field that may have no value."]
    }


def test_pages_and_files_show_no_value_as_none() -> None:
    records = [record("a", battery=Decimal(80)), record("b", is_open=True)]
    rows = [table.row(one, HERE) for one in records]
    exported = list(csv_lines(records, field_names(CLIMATE)))
    as_json = list(json_lines(records, field_names(CLIMATE)))

    assert [[cell.text for cell in row.cells] for row in rows] == [
        ["a", "20", "80", ""],
        ["b", "20", "", "true"],
    ]
    assert (rows[0].time, rows[0].moment) == ("10:00:00", f"{DATE}T10:00:00Z")
    assert exported[1].startswith(f"{DATE},10:00:00#a,1559037600,a,20,80,,")
    assert '"battery"' not in as_json[1]
    assert json.loads(as_json[1])["is_open"] is True
    assert [one.record.values for one in read("".join(exported))] == [one.values for one in records]


def test_a_form_takes_a_value_away() -> None:
    own = record("a", battery=Decimal(80), is_open=True)
    form = RecordForm(CLIMATE, {"temperature": "20", "battery": "", "is_open": "true"}, own)

    assert form.is_valid()
    assert form.changes_of(own) == {"battery": None}
    assert "sensor" not in form.fields
    assert form["is_open"].as_widget().startswith("<select")
