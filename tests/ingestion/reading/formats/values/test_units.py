"""What a row of units says, and how units are told apart."""

from decimal import Decimal

import pytest

from ingestion.reading.formats.values.units import (
    factor,
    is_known,
    is_same,
    sentence_of,
    stated_below,
)
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Integer, Number, Text, Timestamp

SCHEMA = Schema(
    time_field="at",
    fields=(
        Field("at", Timestamp(), "At", unit="s"),
        Field("place", Text(), "Place", unit="m"),
        Field("delay", Number(), "Delay", unit="ms"),
        Field("load", Number(), "Load", unit="boxes"),
        Field("count", Integer(), "Count"),
    ),
)
PLACES = {name: place for place, name in enumerate(SCHEMA.names)}


def stated(*cells, places=PLACES, expected=None):
    found = stated_below(cells, places, SCHEMA, expected or {})
    return [(one.field.name, one.unit, one.expected) for one in found]


def test_a_row_of_units_says_which_are_not_those_of_the_fields():
    assert stated("min", "km", "s", "Boxes", "kg") == [("delay", "s", "ms")]
    assert stated("", "", "ms", "crates", "") == [("load", "crates", "boxes")]
    assert stated("", "", "", "BOXES", "") == []
    assert stated("", "", "s", "", "") == [("delay", "s", "ms")]
    assert stated("", "", "lag", "boxes", "") == [("delay", "lag", "ms")]


def test_what_is_no_row_of_units_says_nothing():
    assert stated("", "", "lag", "crates", "") == []
    assert stated("1559040909", "", "s", "", "") == []
    assert stated("", "", "s", "", "7") == []


def test_digits_of_other_scripts_are_of_units():
    assert stated("", "", "s", "m²", "") == [("delay", "s", "ms"), ("load", "m²", "boxes")]


def test_only_fields_that_the_row_has_a_cell_of_are_asked_about():
    assert stated("s", places={"delay": 0}) == [("delay", "s", "ms")]
    assert stated("", "", "s") == [("delay", "s", "ms")]
    assert stated("s", places={}) == []


def test_what_a_format_expects_is_no_news():
    assert stated("", "", "s", "", "", expected={"delay": "sec"}) == []
    assert stated("", "", "s", "", "", expected={"delay": "min"}) == [("delay", "s", "min")]
    assert stated("", "", "s", "", "", expected={"load": "s"}) == [("delay", "s", "ms")]


def test_a_sentence_names_five():
    fields = tuple(
        Field(f"f{place}", Number(), f"Field {place}", unit="ms") for place in range(1, 7)
    )
    schema = Schema(time_field="at", fields=(SCHEMA.fields[0], *fields))
    places = {name: place for place, name in enumerate(schema.names)}
    found = stated_below(["", "s", "y" * 30, *["s"] * 4], places, schema, {})
    assert sentence_of(found) == (
        f"The file says that Field 1 is in s, not ms, Field 2 is in {'y' * 20}, not ms,"
        " Field 3 is in s, not ms, Field 4 is in s, not ms, Field 5 is in s, not ms."
    )


@pytest.mark.parametrize("text", ["ms", "[MS]", " (msec). ", "µs", "º C", "° c", "KPA", "Kelvin"])
def test_a_unit_is_known_however_it_is_written(text):
    assert is_known(text)


@pytest.mark.parametrize("text", ["", "mw", "furlong", "string"])
def test_what_may_be_several_units_or_none_is_not_known(text):
    assert not is_known(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("mw", "mW", True),
        ("mw", "MW", True),
        ("mW", "MW", False),
        ("Crates", "crates", True),
        ("crates", "ms", False),
    ],
)
def test_case_tells_known_units_apart_and_no_others(one, other, expected):
    assert is_same(one, other) == expected
    assert is_same(other, one) == expected


@pytest.mark.parametrize(
    ("unit", "wanted", "expected"),
    [
        ("d", "ms", "86400000"),
        ("mW", "MW", "1e-9"),
        ("ms", "min", None),
        ("ns", "d", None),
        ("K", "°C", None),
        ("s", "furlong", None),
    ],
)
def test_numbers_of_a_unit_are_multiplied_by_what_is_exact(unit, wanted, expected):
    assert factor(unit, wanted) == (None if expected is None else Decimal(expected))
