"""What each type says of itself: examples, JSON Schema, options; and where its values end."""

from decimal import Decimal
from typing import Any

import pytest

from messages_app.schema.types import (
    TYPES,
    Boolean,
    FieldType,
    Integer,
    Number,
    Text,
    Timestamp,
    as_text,
    canonical_text,
    patterns,
)
from messages_app.schema.types.decimals import canonical
from messages_app.schema.validation import Invalid

_38 = "9" * 38


def refusal(read: Any, *arguments: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(*arguments)
    return caught.value


def test_the_types_that_there_are() -> None:
    told = {name: (one.is_number, one.is_measure, one.is_moment) for name, one in TYPES.items()}
    assert told == {
        "text": (False, False, False),
        "number": (True, True, False),
        "integer": (True, True, False),
        "boolean": (False, False, False),
        "timestamp": (True, False, True),
    }


@pytest.mark.parametrize(
    ("type_", "example"),
    [
        (Text(), "sensor-1"),
        (Text(4), "sens"),
        (Text(choices=("on", "off")), "on"),
        (Number(), 4.39),
        (Number(Decimal("4.4")), 4.4),
        (Number(Decimal(-9), maximum=Decimal(-2)), -9.0),
        (Number(maximum=Decimal(4)), 0.0),
        (Number(maximum=Decimal(5)), 4.39),
        (Number(below=Decimal(4)), 0.0),
        (Integer(), 4),
        (Integer(Decimal(4), Decimal(4)), 4),
        (Integer(Decimal(1), Decimal(4)), 4),
        (Integer(Decimal(5)), 5),
        (Integer(Decimal(1), Decimal(3)), 1),
        (Boolean(), True),
        (Timestamp(), 1559040909.3853335),
    ],
)
def test_an_example_keeps_the_rules(type_: FieldType, example: Any) -> None:
    assert type_.example("sensor") == example
    assert type(type_.example("sensor")) is type(example)


def test_numbers_in_json_schema_have_their_ends() -> None:
    plain, ruled = Number().sent_schema(), Number(Decimal(-90), maximum=Decimal(60)).sent_schema()
    assert (plain["minimum"], plain["maximum"], plain["exclusiveMaximum"]) == (0, 1e38, True)
    assert "not" in plain
    assert ruled == {"type": "number", "minimum": -90.0, "maximum": 60.0}
    negative = Number(Decimal(-90)).sent_schema()
    assert negative == {
        "type": "number",
        "minimum": -90.0,
        "maximum": 1e38,
        "exclusiveMaximum": True,
    }
    assert "not" in Number(maximum=Decimal(60)).sent_schema()
    assert Number().answered_schema()["minimum"] == 0
    assert Number(Decimal(-90)).answered_schema()["minimum"] == -90.0
    assert Integer(Decimal(1), Decimal(9)).answered_schema() == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
    }


def test_text_in_json_schema_has_its_rules() -> None:
    assert Text(9).sent_schema()["maxLength"] == 9
    assert Text(9, pattern="a+").sent_schema()["pattern"] == "^(?:a+)$"
    assert Text().sent_schema()["pattern"] != "^(?:)$"
    assert Text(choices=("a", "b")).sent_schema()["enum"] == ["a", "b"]
    assert "enum" not in Text().sent_schema()
    assert Boolean().answered_schema() == {"type": "boolean"}


def test_options_are_for_what_has_few_values() -> None:
    assert Boolean().options == ("true", "false")
    assert Text(choices=("on", "off")).options == ("on", "off")
    assert Text().options == Number().options == ()


@pytest.mark.parametrize("text", ["\\N", "NULL", "null", "N/A", "#n/a", " Null "])
def test_a_marker_for_no_value_is_no_text(text: str) -> None:
    assert refusal(Text().from_text, text).code == "no_value"


@pytest.mark.parametrize("text", ["NULLS", "N/A 7", "N", "nan"])
def test_what_begins_like_a_marker_is_text(text: str) -> None:
    assert Text().from_text(text) == text


def test_spaces_count_in_the_length_of_json_text_alone() -> None:
    assert Text(3).from_text(" abc ") == "abc"
    assert Text(3).from_json("abc") == "abc"
    assert Text(3).from_item(" abc ") == "abc"
    assert refusal(Text(3).from_json, " abc ").detail == "has 5 characters, 3 are allowed"
    assert refusal(Text(3).from_json, 4).code == "not_text"


@pytest.mark.parametrize("data", ["a\ud800", "\udfffb", "ü\udabc"])
def test_half_a_character_is_none(data: str) -> None:
    assert refusal(Text().from_item, data).code == "not_text"


@pytest.mark.parametrize("type_", [Integer(), Number()])
@pytest.mark.parametrize("data", ["4", True, None, [4], {}])
def test_a_number_in_json_has_no_quotes(type_: FieldType, data: Any) -> None:
    assert refusal(type_.from_json, data).code == "not_a_number"


@pytest.mark.parametrize("type_", [Integer(), Number()])
@pytest.mark.parametrize("data", ["4", 4, 4.0, Decimal("4.00")])
def test_the_ancestors_numbers_may_have_quotes(type_: FieldType, data: Any) -> None:
    assert type_.from_item(data) == 4


@pytest.mark.parametrize("data", ["yes", True, "1"])
def test_the_ancestors_truths_may_be_words(data: Any) -> None:
    assert Boolean().from_item(data) is True
    assert refusal(Boolean().from_item, 1).code == "not_a_boolean"


@pytest.mark.parametrize(
    ("type_", "minimum", "maximum"),
    [
        (Integer(Decimal(1), Decimal(9)), "1", "9"),
        (Number(Decimal("-1.5"), maximum=Decimal("2.5")), "-1.5", "2.5"),
        (Integer(), f"-{_38}", _38),
    ],
)
def test_the_ends_are_taken(type_: FieldType, minimum: str, maximum: str) -> None:
    for text in (minimum, maximum):
        assert type_.from_text(text) == Decimal(text)


def test_a_number_that_is_out_of_bounds_is_told_which() -> None:
    assert refusal(Integer(Decimal(1), Decimal(9)).from_text, "10").detail == "must be 9 or less"
    assert refusal(Number().from_text, "1e38").detail == "must be less than 1E+38"
    assert refusal(Number(maximum=Decimal(6)).from_text, "7").detail == "must be 6 or less"
    assert refusal(Number(Decimal(2)).from_text, "1.9").detail == "must be 2 or more"


def test_numbers_are_read_up_to_500_characters() -> None:
    assert Number().from_text("0" * 499 + "7") == 7
    assert refusal(Number().from_text, "0" * 500 + "7").code == "not_a_number"


@pytest.mark.parametrize(
    ("value", "text", "canonical"),
    [
        (Decimal("1E+39"), "1" + "0" * 39, "1" + "0" * 39),
        (Decimal("1E+40"), "1E+40", "1" + "0" * 40),
        (Decimal("1E-39"), "0." + "0" * 38 + "1", "0." + "0" * 38 + "1"),
        (Decimal("1E-40"), "1E-40", "0." + "0" * 39 + "1"),
        (Decimal("1.500"), "1.500", "1.5"),
        (Decimal("100"), "100", "100"),
        (Decimal("2.0"), "2.0", "2"),
        (True, "true", "true"),
        (False, "false", "false"),
        ("a", "a", "a"),
    ],
)
def test_values_as_text(value: Any, text: str, canonical: str) -> None:
    assert (as_text(value), canonical_text(value)) == (text, canonical)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("1e37", "1" + "0" * 37), ("1e1", "10"), ("12e0", "12"), ("1e-3", "0.001"), ("120e-1", "12")],
)
def test_a_number_is_stored_with_no_exponent_where_38_digits_are_enough(
    text: str, stored: str
) -> None:
    assert Number().to_attribute(Number().from_text(text)) == {"N": stored}


def test_a_number_of_more_digits_is_kept_short() -> None:
    assert str(canonical(Decimal(10) ** 37)) == "1" + "0" * 37
    assert str(canonical(Decimal(10) ** 38)) == "1E+38"


def test_an_iso_timestamp_may_be_json_text_and_other_text_may_not() -> None:
    assert Timestamp().from_json("2019-05-28T10:55:09Z") == 1559040909
    assert Timestamp().from_json(1559040909) == 1559040909
    assert refusal(Timestamp().from_json, "1559040909").code == "not_a_timestamp"
    assert refusal(Timestamp().from_json, True).code == "not_a_number"
    assert refusal(Timestamp().from_text, "12 30").code == "not_a_timestamp"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a" * 200, ""),
        ("a" * 201, "1 to 200 characters"),
        ("a*b+", ""),
        ("a*b+c?", "has 3 counts that leave a choice"),
        ("a*b{2}c{3,3}d{0}", ""),
        ("a{2,3}b{2,}c?", "has 3 counts that leave a choice"),
        ("a{256}", ""),
        ("a{257}", "counts to 257; 256 is the most"),
        ("a{1,257}", "counts to 257; 256 is the most"),
        ("[a||b]", "would mean something else"),
        ("a(" + "x" * 30, f"cannot be read at “({'x' * 19}”"),
    ],
)
def test_a_pattern_takes_bounded_time(pattern: str, said: str) -> None:
    if said:
        assert said in refusal(patterns.check, pattern).detail
    else:
        patterns.check(pattern)
