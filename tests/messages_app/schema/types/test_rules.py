"""The rules of a field's type, as definitions give them: to the last value that is taken."""

from decimal import Decimal
from typing import Any

import pytest

from messages_app.schema.types import TYPES, FieldType, Integer, Number, Text, rules
from messages_app.schema.validation import Invalid

_38 = "9" * 38


def refusal(read: Any, *arguments: Any) -> str:
    with pytest.raises(Invalid) as caught:
        read(*arguments)
    assert caught.value.code in ("bad_rule", "bad_pattern")
    return caught.value.detail


def refusal_of_value(type_: FieldType, text: str) -> str:
    with pytest.raises(Invalid) as caught:
        type_.from_text(text)
    return caught.value.detail


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, (None, None)),
        ({"min": None, "max": 5}, (None, 5)),
        ({"min": 0, "max": 0}, (0, 0)),
        ({"min": "-1.5", "max": Decimal("2.50")}, (Decimal("-1.5"), Decimal("2.5"))),
        ({"min": 0.5}, (Decimal("0.5"), None)),
        ({"min": f"-{_38}", "max": _38}, (Decimal(f"-{_38}"), Decimal(_38))),
    ],
)
def test_bounds_are_decimals(value: Any, expected: Any) -> None:
    assert rules.bounds(value) == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"min": 1, "max": 0}, "has the max 0, which is below its min, 1"),
        ({"min": True}, "needs a number as its min"),
        ({"max": [1]}, "needs a number as its max"),
        ({"max": "1,5"}, "has the max “1,5”, which has a decimal comma"),
        ({"max": f"1{'0' * 38}"}, "which has more than 38 digits"),
        ({"min": f"-1{'0' * 38}"}, "which has more than 38 digits"),
        ({"min": "x" * 60}, f"has the min “{'x' * 40}”, which is not a number"),
    ],
)
def test_bounds_that_are_none_are_told(value: Any, sentence: str) -> None:
    assert sentence in refusal(rules.bounds, value)


@pytest.mark.parametrize(("value", "expected"), [(None, 20), (1, 1), (20, 20), (Decimal("3.0"), 3)])
def test_a_length_is_one_to_the_longest(value: Any, expected: int) -> None:
    found = rules.length({} if value is None else {"max_length": value}, 20)
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize("value", [0, 21, Decimal("3.5"), True, "3", None])
def test_what_is_no_length_is_told(value: Any) -> None:
    sentence = refusal(rules.length, {"max_length": value}, 20)
    assert sentence == "needs as its max_length a whole number from 1 to 20"


def test_patterns_are_text_that_can_be_read() -> None:
    assert rules.pattern({}) == rules.pattern({"pattern": ""}) == ""
    assert rules.pattern({"pattern": "[a-z]+"}) == "[a-z]+"
    assert refusal(rules.pattern, {"pattern": 4}) == "needs text as its pattern"
    assert "has a pattern that cannot be read" in refusal(rules.pattern, {"pattern": "(a)"})


def test_choices_are_up_to_a_hundred_texts() -> None:
    many = [f"choice {number}" for number in range(101)]
    assert rules.choices({}, Text()) == ()
    assert rules.choices({"choices": many[:100]}, Text()) == tuple(many[:100])
    assert rules.choices({"choices": ("a", "b")}, Text()) == ("a", "b")
    for wrong in (many, "ab", [1], ["a", None], {"a": "b"}):
        assert "a list of up to 100 texts" in refusal(rules.choices, {"choices": wrong}, Text())


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (["a", "a"], "names a choice twice"),
        (["a", " b"], "has the choice “ b” with spaces around it: remove them"),
        (["a", ""], "has the choice “”, which must not be empty"),
        (["x" * 44 + " "], f"has the choice “{'x' * 40}” with spaces around it: remove them"),
        (["x" * 50], f"has the choice “{'x' * 40}”, which has 50 characters, 45 are allowed"),
    ],
)
def test_a_choice_is_text_as_the_field_would_take_it(value: Any, sentence: str) -> None:
    assert refusal(rules.choices, {"choices": value}, Text(45)) == sentence


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("min", 1, 2, True),
        ("min", 1, 1, False),
        ("min", 2, 1, False),
        ("max", 1, 2, False),
        ("max", 1, 1, False),
        ("max", 2, 1, True),
        ("max_length", 9, 9, False),
        ("max_length", 9, 8, True),
        ("max_length", 8, 9, False),
        ("choices", ["a", "b"], ["b", "a", "c"], False),
        ("choices", ["a", "b"], ["a"], True),
        ("pattern", "a", "a", False),
        ("pattern", "a", "b", True),
        ("min", None, 1, True),
        ("min", 1, None, False),
    ],
)
def test_a_rule_is_narrower_where_it_refuses_what_was_taken(
    name: str, before: Any, after: Any, expected: bool
) -> None:
    both = [{} if value is None else {name: value} for value in (before, after)]
    assert rules.narrower(*both) == ([name] if expected else [])


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("text", {}),
        ("text", {"max_length": 40}),
        ("text", {"pattern": "[a-z]+"}),
        ("text", {"pattern": "[a-z]+", "max_length": 255, "choices": ["on", "off"]}),
        ("number", {}),
        ("number", {"min": Decimal(0)}),
        ("number", {"min": Decimal("-2.5"), "max": Decimal(7)}),
        ("integer", {}),
        ("integer", {"min": Decimal(0), "max": Decimal(0)}),
        ("integer", {"max": Decimal(-3)}),
        ("boolean", {}),
        ("timestamp", {}),
    ],
)
def test_rules_come_back_as_they_were_given_and_no_others(name: str, definition: Any) -> None:
    made = TYPES[name].from_rules(definition)
    assert made.rules() == definition
    assert TYPES[name].from_rules(made.rules()) == made


def test_without_rules_a_number_of_a_kind_may_be_negative() -> None:
    for made in (Number.from_rules({}), Integer.from_rules({})):
        assert made.from_text(f"-{_38}") == Decimal(f"-{_38}")
    assert "must be -9" in refusal_of_value(Integer.from_rules({}), "-1e38")
    assert Number.from_rules({"min": 0}).minimum == 0


@pytest.mark.parametrize("definition", [{"min": "0.5"}, {"max": 7.5}, {"min": 1, "max": "1.1"}])
def test_the_bounds_of_whole_numbers_are_whole(definition: Any) -> None:
    assert "which is not a whole number" in refusal(Integer.from_rules, definition)


def test_text_with_a_pattern_is_shorter() -> None:
    assert Text.from_rules({"pattern": "a+"}).max_length == 256
    assert Text.from_rules({}).max_length == 1024
    assert "from 1 to 256" in refusal(Text.from_rules, {"pattern": "a+", "max_length": 257})
    choices = {"pattern": "[ab]", "choices": ["a", "c"]}
    assert "does not fit the pattern" in refusal(Text.from_rules, choices)
