"""Definitions of kinds: what contradicts itself is refused with a sentence, the rest comes back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.kinds.registry import as_text, schema_of_text
from messages_app.schema import changes
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import (
    BadDefinition,
    as_json,
    names_fingerprint,
    schema_from_json,
)
from messages_app.schema.record import DIGEST_LENGTHS, build_record
from messages_app.store.query import can_be_time
from tests.messages_app.kinds.climate import CLIMATE, FIELDS


def with_field(**field: Any) -> dict[str, Any]:
    return {**CLIMATE, "fields": [*FIELDS, field]}


def sentences(data: dict[str, Any]) -> str:
    with pytest.raises(BadDefinition) as caught:
        schema_from_json(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({**CLIMATE, "fields": []}, "a list of 1 to 60 fields"),
        ({**CLIMATE, "fields": None}, "a list of 1 to 60 fields"),
        (with_field(name="Room 1", type="text"), "field 6 (Room 1) needs a name of small letters"),
        (with_field(name="date", type="text"), "a name that something else has"),
        (with_field(name="sensor", type="text"), "name the field sensor more than once"),
        (with_field(name="humidity_max", type="text"), "by which ranges of humidity are asked"),
        (
            with_field(name="room", type="string"),
            "one of text, number, integer, boolean, timestamp",
        ),
        (with_field(name="room", type="text", rule=1), "has “rule”, which no field has"),
        (with_field(name="room", type="text", rules={"min": 1}), "may have max_length, pattern"),
        (with_field(name="is_on", type="boolean", rules={"min": 1}), "it has no rules"),
        (with_field(name="room", type="text", rules={"pattern": "(a+)+"}), "but no groups"),
        (with_field(name="room", type="text", rules={"max_length": 2000}), "from 1 to 1,024"),
        (with_field(name="room", type="text", rules={"choices": ["a", "a"]}), "a choice twice"),
        (with_field(name="room", type="text", rules={"choices": [" a"]}), "spaces around it"),
        (with_field(name="x", type="number", rules={"min": 2, "max": 1}), "is below its min"),
        (with_field(name="x", type="number", rules={"min": "low"}), "is not a number"),
        (with_field(name="x", type="integer", rules={"min": 0.5}), "is not a whole number"),
        (with_field(name="x", type="text", required="no"), "true or false as required"),
        (with_field(name="x", type="text", label="a\nb"), "one line of up to 80"),
        ({**CLIMATE, "time_field": "when"}, "such as at"),
        ({**CLIMATE, "time_field": "sensor"}, "not of type timestamp"),
        ({**CLIMATE, "fields": FIELDS[1:]}, "so add such a field"),
        ({**CLIMATE, "identity": ["battery"]}, "a required field of type text"),
        ({**CLIMATE, "identity": "sensor"}, "a list of names"),
        ({**with_field(name="room", type="text"), "identity": ["room"]}, "a smaller max_length"),
    ],
)
def test_a_definition_that_contradicts_itself_says_what_to_change(
    data: dict[str, Any], said: str
) -> None:
    assert said in sentences(data)


def test_all_faults_are_told_at_once() -> None:
    told = sentences({**CLIMATE, "fields": [{"name": "1"}, {"name": "x", "type": "y"}, 4]})
    assert told.count("field ") == 3


def with_identity(length: int) -> dict[str, Any]:
    """Of five fields of so many characters."""
    names = [f"part_{number}" for number in range(5)]
    fields = [{"name": name, "type": "text", "rules": {"max_length": length}} for name in names]
    return {"fields": [FIELDS[0], *fields], "time_field": "at", "identity": names}


def test_the_longest_key_of_a_record_is_one_that_dynamodb_takes() -> None:
    """Of 1,024 bytes: the engine here takes any."""
    assert "a smaller max_length" in sentences(with_identity(41))
    schema = schema_from_json(with_identity(40))
    values = dict.fromkeys(schema.identity, "\U0001f600" * 40)
    longest = build_record(schema, {"at": Decimal("1559037600.123456"), **values})
    time = longest.with_conflict_suffix(DIGEST_LENGTHS[-1]).time
    assert len(time.encode()) <= 1024
    assert can_be_time(time)


@pytest.mark.parametrize(
    "schema", [MESSAGE, schema_from_json(CLIMATE)], ids=["messages", "climate"]
)
def test_a_definition_written_and_read_again_is_the_same(schema: Any) -> None:
    again = schema_of_text(as_text(as_json(schema)))

    assert as_json(again) == as_json(schema)
    assert [field.type for field in again.fields] == [field.type for field in schema.fields]


names = st.from_regex(r"\A[a-z][a-z0-9]{3,8}x\Z")
numbers = st.decimals(-(10**9), 10**9, places=3)
rules: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.just("text"), st.fixed_dictionaries({"max_length": st.integers(1, 1024)})),
    st.tuples(st.just("text"), st.fixed_dictionaries({"choices": st.lists(names, unique=True)})),
    st.tuples(st.just("number"), st.fixed_dictionaries({}, optional={"min": numbers})),
    st.tuples(st.just("integer"), st.fixed_dictionaries({}, optional={"max": st.integers()})),
    st.tuples(st.sampled_from(["boolean", "timestamp"]), st.just({})),
)


@given(st.dictionaries(names, st.tuples(rules, st.booleans()), max_size=8))
def test_any_definition_written_and_read_again_is_the_same(made: dict[str, Any]) -> None:
    fields = [
        {"name": name, "type": type_, "rules": some, "required": required}
        for name, ((type_, some), required) in made.items()
    ]
    at = {"name": "at", "type": "timestamp"}
    try:
        schema = schema_from_json({"fields": [at, *fields], "time_field": "at"})
    except BadDefinition as error:
        if "38 digits" not in str(error):
            raise
        return

    assert schema_of_text(as_text(as_json(schema))) == schema


def test_the_order_of_names_makes_no_other_fingerprint() -> None:
    assert (
        names_fingerprint(["a", "b"])
        == names_fingerprint(["b", "a"])
        != names_fingerprint(["a", "c"])
    )


def changed(name: str, **change: Any) -> dict[str, Any]:
    return {
        **CLIMATE,
        "fields": [{**one, **change} if one["name"] == name else one for one in FIELDS],
    }


@pytest.mark.parametrize(
    "after",
    [
        changed("humidity", label="Moisture", unit="per cent"),
        changed("humidity", rules={"min": -1}),
        changed("humidity", required=False),
        changed("sensor", rules={"max_length": 50}),
        {**CLIMATE, "fields": FIELDS[::-1]},
        with_field(name="room", type="text", required=False),
    ],
)
def test_what_records_fit_after_it_may_change(after: dict[str, Any]) -> None:
    assert changes.refused(schema_from_json(CLIMATE), schema_from_json(after)) == []


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (
            changed("humidity", rules={"min": 1, "max": 100}),
            "rule min of humidity can be made wider",
        ),
        (changed("humidity", rules={"min": 0, "max": 99}), "rule max of humidity"),
        (changed("sensor", rules={"max_length": 40, "choices": ["a"]}), "rule choices of sensor"),
        (changed("humidity", type="integer"), "must stay of type number"),
        (changed("battery", required=True), "battery must stay optional"),
        ({**CLIMATE, "fields": FIELDS[:-1]}, "The field battery must stay"),
        ({**CLIMATE, "identity": []}, "The identity must stay sensor"),
        (with_field(name="room", type="text"), "The new field room must be optional"),
    ],
)
def test_what_records_would_not_fit_may_not_change(after: dict[str, Any], said: str) -> None:
    told = changes.refused(schema_from_json(CLIMATE), schema_from_json(after))
    assert any(said in sentence for sentence in told)
