"""Records with all types of fields: written out and read in again they are equal, by any way."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from ingestion.reading.header import read_layout
from ingestion.reading.row_parser import RowReader
from messages_app.api.serializers import MessageSerializer
from messages_app.presentation.export import csv_lines, json_lines
from messages_app.presentation.record_json import all_names
from messages_app.schema import extra_columns
from messages_app.schema.record import Origin, QueueOrigin, Record, build_record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Boolean, Integer, Number, Text, Timestamp, as_text
from messages_app.schema.validation import Invalid
from messages_app.schema.version import ObjectVersion
from messages_app.store.items import item_of, record_of
from messages_app.store.repository import RecordRepository

SCHEMA = Schema(
    time_field="at",
    identity=("device",),
    fields=(
        Field("at", Timestamp(), "At"),
        Field("device", Text(max_length=40), "Device"),
        Field("level", Number(-(Decimal(10) ** 38)), "Level"),
        Field("note", Text(), "Note", required=False),
        Field("amount", Number(), "Amount", required=False),
        Field("total", Integer(), "Total", required=False),
        Field("is_on", Boolean(), "On", required=False),
    ),
)
# What spreadsheets, CSV, JSON and keys take for something else, and what nobody sees.
MARKS = "'=+-@\"\\,;\t\r\n~#%/0a\u00e9\u200c\u200d\u00a0\u00ad\ufeff\u2028\x85\x1f \uff1d\U0001f600"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(MARKS, max_size=9)
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(1 - 10**38, 10**38 - 1),
    st.integers(-60, 0),
)
CELLS: dict[str, st.SearchStrategy[str]] = {
    "at": st.decimals(10**8, 10**10, places=9).map(str),
    "device": texts,
    "level": numbers.map(str),
    "note": texts,
    "amount": st.just("") | numbers.map(lambda number: str(abs(number))),
    "total": st.just("") | st.integers(1 - 10**38, 10**38 - 1).map(str),
    "is_on": st.sampled_from(["", "true", "false"]),
}
ids = st.sampled_from(["one", "two"])
lines = st.integers(1, 10**9)
versions = st.builds(ObjectVersion, ids, st.integers(0, 2**40), st.sampled_from(["", "0a1"]))
origins = st.one_of(
    st.none(),
    st.builds(QueueOrigin, ids, ids, lines, ids),
    st.builds(Origin, ids, lines, version=st.none() | versions, aside_line=st.just(0) | lines),
    st.builds(
        Origin,
        *(ids, lines, st.just(0) | lines, st.just("0123456789abcdef"), st.none() | versions),
        st.none() | st.tuples(ids, lines),
    ),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    try:
        values = {field.name: field.from_text(draw(CELLS[field.name])) for field in SCHEMA.fields}
        extra = extra_columns.from_json(draw(st.dictionaries(texts, texts, max_size=2)))
    except Invalid:
        assume(False)
    return build_record(SCHEMA, SCHEMA.present(values), draw(origins), extra)


several = trying(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


@several
@given(records())
def test_a_record_is_equal_after_it_was_an_item(one: Record) -> None:
    again = record_of(item_of(one, SCHEMA), SCHEMA)
    assert again == one
    assert list(map(again.text, SCHEMA.names)) == list(map(one.text, SCHEMA.names))


@several
@given(records())
def test_the_texts_of_a_record_stand_for_the_same_values(one: Record) -> None:
    texts = {name: as_text(value) for name, value in one.values.items()}
    again = {name: SCHEMA.by_name[name].from_text(text) for name, text in texts.items()}
    assert build_record(SCHEMA, again, one.origin, one.extra) == one


@several
@given(st.lists(records(), min_size=1, max_size=3))
def test_an_export_is_read_as_the_same_records(all_: list[Record]) -> None:
    text = "".join(csv_lines(all_, all_names(SCHEMA))).encode()
    layout = read_layout(text, SCHEMA)
    reader = RowReader(SCHEMA, layout, "again")
    rows = list(reader.read(text[layout.body_start :], layout.body_line))
    assert [row.faults for row in rows] == [[]] * len(all_)
    for row, one in zip(rows, all_, strict=True):
        assert row.record is not None
        assert replace(row.record, origin=one.origin) == one


@several
@given(records())
def test_what_the_api_gives_is_taken_as_the_same_record(one: Record) -> None:
    [line] = json_lines([one], all_names(SCHEMA))
    sent = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    assert MessageSerializer(SCHEMA).read_new(sent, one.origin) == one


@pytest.mark.django_db
@trying(several, max_examples=20)
@given(records())
def test_what_is_stored_reads_back_equal(aws: str, one: Record) -> None:
    repository = RecordRepository(dynamodb_client(), settings.MESSAGES_TABLE, SCHEMA)
    there = repository.get(*one.key)
    if there is not None:
        repository.delete(there)
    repository.insert_many([one], "keep", Deadline(30))
    assert repository.get(*one.key) == one
