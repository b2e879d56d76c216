"""Values of each type: written out and read in again they are equal, whatever the way."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import assume, given
from hypothesis import strategies as st

from messages_app.schema.schema import Field
from messages_app.schema.types import (
    Boolean,
    FieldType,
    Integer,
    Number,
    Text,
    Timestamp,
    Value,
    as_text,
    canonical_text,
    patterns,
)
from messages_app.schema.validation import Invalid
from tests.support.openapi import is_valid

_38 = Decimal(10) ** 38
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**30), 10**30),
    st.integers(-40, 7),
)
# Around a text they do not count, in any order.
around = st.text(" \n\x1f\x85\u00a0\u2028\u200b\u200c\u200d\u00ad\ufeff", max_size=5)
TYPES: list[tuple[FieldType, st.SearchStrategy[Any]]] = [
    (Text(), st.text(max_size=40)),
    (Text(), st.builds("".join, st.tuples(around, st.text(max_size=2), around))),
    (Text(choices=("on", "off")), st.sampled_from(["on", "off"])),
    (Number(), numbers.map(abs)),
    (Number(-_38), numbers),
    (Integer(), st.integers(1 - 10**38, 10**38 - 1)),
    (Boolean(), st.booleans()),
    (Timestamp(), st.decimals(10**8, 10**11 - 1, places=9)),
]
each_type = pytest.mark.parametrize(
    ("type_", "values"), TYPES, ids=[str(type_)[:40] for type_, _ in TYPES]
)


def read(type_: FieldType, data: Any) -> Value:
    """A value as a file would have it."""
    try:
        return type_.from_text(json.dumps(data) if isinstance(data, bool) else str(data))
    except Invalid as error:
        assume(error.code not in ("empty", "no_value", "nul"))
        raise


@each_type
@given(data=st.data())
def test_what_is_written_is_read_again_as_equal(
    type_: FieldType, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = read(type_, data.draw(values))

    assert type_.from_text(as_text(value)) == value
    assert type_.from_attribute(type_.to_attribute(value)) == value
    assert type_.from_text(canonical_text(value)) == value
    sent = simplejson.loads(simplejson.dumps(value, use_decimal=True), use_decimal=True)
    assert type_.from_json(sent) == value


@pytest.mark.parametrize("type_", [type_ for type_, _ in TYPES], ids=str)
def test_an_example_is_what_the_schemas_say(type_: FieldType) -> None:
    example = type_.example("sensor")

    assert type_.from_json(example) is not None
    for schema in (type_.sent_schema(), type_.answered_schema(), type_.item_schema()):
        assert is_valid({"components": {}}, schema, example)


def code_of(type_: FieldType, text: str) -> str:
    with pytest.raises(Invalid) as caught:
        type_.from_text(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("type_", "text", "code"),
    [
        (Integer(), "5.5", "not_whole"),
        (Integer(), "five", "not_a_number"),
        (Integer(Decimal(1), Decimal(9)), "0", "too_small"),
        (Integer(Decimal(1), Decimal(9)), "10", "too_large"),
        (Integer(), "1" + "0" * 38, "too_large"),
        (Number(Decimal(-90), maximum=Decimal(60)), "-90.01", "too_small"),
        (Number(Decimal(-90), maximum=Decimal(60)), "60.01", "too_large"),
        (Number(-_38), "1e38", "too_large"),
        (Boolean(), "2", "not_a_boolean"),
        (Boolean(), "", "empty"),
        (Text(choices=("on", "off")), "On", "not_a_choice"),
        (Text(pattern=r"[A-Z]{2}-\d+"), "ab-1", "pattern"),
        (Text(pattern=r"[A-Z]{2}-\d+"), "AB-1x", "pattern"),
        (Text(pattern=r"\d"), "\u0664", "pattern"),
    ],
)
def test_a_value_that_breaks_its_rule_says_which(type_: FieldType, text: str, code: str) -> None:
    assert code_of(type_, text) == code


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (Integer(), " 5.0 ", 5),
        (Integer(), "-1E3", -1000),
        (Number(maximum=Decimal(60)), "60", 60),
        (Boolean(), "YES", True),
        (Boolean(), "0", False),
        (Text(pattern=r"[A-Z]{2}-\d+"), "AB-17", "AB-17"),
    ],
)
def test_a_value_may_be_written_in_several_ways(type_: FieldType, text: str, value: object) -> None:
    assert type_.from_text(text) == value


@pytest.mark.parametrize("data", ["true", 1, 0, None, "x"])
def test_a_boolean_in_json_is_nothing_else(data: object) -> None:
    with pytest.raises(Invalid):
        Boolean().from_json(data)


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_an_optional_field_has_no_value_where_there_is_nothing(text: str) -> None:
    field = Field("battery", Number(), "Battery", required=False)

    assert field.from_text(text) is None
    assert field.from_json(None) is None
    assert field.from_text("3.1") == Decimal("3.1")
    with pytest.raises(Invalid):
        field.from_text("-")


def fault_of(pattern: str) -> str:
    with pytest.raises(Invalid) as caught:
        patterns.check(pattern)
    return caught.value.detail


@pytest.mark.parametrize(
    "pattern", ["a", r"sensor-\d+", "[A-Z]{2}[0-9]{4,6}", r"\w+/\w+", "[^,;]*", r"a\.b", r"[\]]{3}"]
)
def test_a_pattern_without_groups_is_taken(pattern: str) -> None:
    patterns.check(pattern)
    assert patterns.compiled(pattern) == re.compile(pattern, re.ASCII)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(a+)+", "no groups"),
        ("a|b", "no groups and no |"),
        ("a**", "cannot be read at “*”"),
        ("[z-a]", "bad character range"),
        ("[a", "cannot be read"),
        (r"\1", "cannot be read"),
        ("", "1 to 200 characters"),
        ("a*b*c*", "3 counts that leave a choice"),
        ("a{1,300}", "256 is the most"),
        ("[a--b]", "would mean something else"),
        ("a{3,2}", "min repeat greater than max repeat"),
        ("(?=a)", "no groups"),
    ],
)
def test_a_pattern_that_is_none_or_could_take_for_ever_is_refused(pattern: str, said: str) -> None:
    assert said in fault_of(pattern)


@given(st.from_regex(r"\A[ab]{1,256}\Z"))
def test_the_slowest_pattern_matches_text_of_any_form_at_once(text: str) -> None:
    slowest = r"[ab]*[ab]*c"
    patterns.check(slowest)
    assert patterns.compiled(slowest).fullmatch(text[: patterns.MAX_TEXT]) is None
