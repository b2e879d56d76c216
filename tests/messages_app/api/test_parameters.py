"""What a query string asks for, without any request."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from messages_app.presentation.parameters import AskedRecords, RecordsPageQuery, RecordsQuery
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from messages_app.store.query import Query, Range
from tests.messages_app.kinds.climate import CLIMATE

_CLIMATE = schema_from_json(CLIMATE)
IMPORT = "2cbb6a4e-5f3c-4d2a-9f43-0d3b5a7c9d11"


def asked(text: str, schema: Any = MESSAGE, query: Any = RecordsPageQuery) -> AskedRecords:
    return query(schema).read(QueryDict(text))


def refusals(text: str, schema: Any = MESSAGE, query: Any = RecordsPageQuery) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        asked(text, schema, query)
    found: Any = caught.value.detail
    return {name: [(str(one), one.code) for one in faults] for name, faults in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Query()),
        ("date=2019-05-28", Query("2019-05-28")),
        ("time_from=10&time_to=10:55", Query(time_from="10", time_to="10:55")),
        (
            "date_from=2019-05-27T10:55&date_to=2019-05-28T11",
            Query(date_from="2019-05-27", first_time="10:55", date_to="2019-05-28", last_time="11"),
        ),
        ("location=a&location=b", Query(filters={"location": ("a", "b")})),
        ("local_avg=1.50", Query(filters={"local_avg": (Decimal("1.5"),)})),
        ("local_avg_min=1", Query(ranges={"local_avg": Range(Decimal(1), None)})),
        ("local_avg_max=2", Query(ranges={"local_avg": Range(None, Decimal(2))})),
        (f"import={IMPORT}", Query(import_id=IMPORT)),
        ("order=newest", Query(newest_first=True)),
        ("order=oldest", Query()),
    ],
)
def test_what_is_asked_of_the_store(text: str, expected: Query) -> None:
    assert asked(text).query == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date=2019-05-28&date_from=2019-05-27", Query("2019-05-28")),
        ("date=2019-05-28&date_to=2019-05-29T10", Query("2019-05-28")),
        ("date=2019-05-28&date_from=2019-05-28&date_to=2019-05-28", Query("2019-05-28")),
        (
            "date=2019-05-28&date_from=2019-05-28T10",
            Query(date_from="2019-05-28", first_time="10", date_to="2019-05-28"),
        ),
        (
            "date=2019-05-28&date_to=2019-05-28T10",
            Query(date_from="2019-05-28", date_to="2019-05-28", last_time="10"),
        ),
        (
            "date=2019-05-28&date_from=2019-05-29T10",
            Query(date_from="2019-05-29", first_time="10", date_to="2019-05-28"),
        ),
        (
            "date=2019-05-28&date_to=2019-05-27T10",
            Query(date_from="2019-05-28", date_to="2019-05-27", last_time="10"),
        ),
    ],
)
def test_with_a_date_and_a_range_of_dates_both_hold(text: str, expected: Query) -> None:
    assert asked(text).query == expected


def test_pages_have_a_size_and_a_cursor_and_exports_have_none() -> None:
    assert (asked("").page_size, asked("").cursor) == (100, None)
    assert (asked("page_size=1&cursor=x").page_size, asked("cursor=x").cursor) == (1, "x")
    assert asked("page_size=1000").page_size == 1000
    assert asked("", query=RecordsQuery).page_size == 1000
    for name in ("page_size", "cursor"):
        told = refusals(f"{name}=5", query=RecordsQuery)
        assert told == {name: [("is not a parameter of this query", "unknown")]}


@pytest.mark.parametrize("size", ["0", "1001", "x", "-1", "1.5", "9" * 2000])
def test_a_page_has_one_to_a_thousand_records(size: str) -> None:
    sentence = "must be a number from 1 to 1000"
    assert refusals(f"page_size={size}") == {"page_size": [(sentence, "out_of_range")]}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", None),
        ("fields=source,date", ("date", "source")),
        ("fields=time,", ("time",)),
        ("fields=extra_columns,origin", ("origin", "extra_columns")),
    ],
)
def test_fields_come_in_the_order_of_full_answers(text: str, fields: Any) -> None:
    assert asked(text).fields == fields


def test_no_name_among_the_fields_means_all() -> None:
    found = asked("fields=,").fields
    assert found is not None
    assert (found[0], found[-1], len(found)) == ("date", "extra_columns", 11)


def test_each_field_that_is_none_is_named() -> None:
    told = refusals("fields=source,x,y")["fields"]
    assert told == [(f"“{name}” is not a field of a message", "unknown") for name in "xy"]


def test_records_without_a_value_are_asked_for_where_there_may_be_some() -> None:
    assert asked("without=battery", _CLIMATE).query.without == ("battery",)
    assert asked("", _CLIMATE).query.without == ()
    sentence = "is not a field that may have no value"
    assert refusals("without=sensor", _CLIMATE) == {"without": [(sentence, "unknown")]}
    told = refusals("without=source")
    assert told == {"without": [("is not a parameter of this query", "unknown")]}


@pytest.mark.parametrize(
    "text", ["order=x", "date=x", "date_from=2019", "time_from=x", "import=x", "local_avg_min=x"]
)
def test_the_parameter_that_is_wrong_is_named(text: str) -> None:
    assert list(refusals(text)) == [text.partition("=")[0]]


def test_the_reader_of_a_schema_is_made_once() -> None:
    assert RecordsQuery.for_schema(MESSAGE) is RecordsQuery.for_schema(MESSAGE)
    assert RecordsQuery.for_schema(MESSAGE) is not RecordsQuery.for_schema(_CLIMATE)
