"""Kinds of records made up from files."""

import pytest

from ingestion.reading.formats.suggest.new_kind import address_name, new_kind
from ingestion.reading.formats.suggest.table import TextTable
from messages_app.schema.definition import schema_from_json

WHEN = "2019-05-28T10:55:09Z"


def kind(header, *rows):
    return new_kind(TextTable(";", header.split(";"), [row.split(";") for row in rows], 0))


def fields(header, *rows):
    return {one["name"]: one for one in kind(header, *rows)["fields"]}


def types(*cells):
    made = fields("at;x", *[f"{WHEN};{cell}" for cell in cells])
    return made["x"]["type"]


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (["1", "-2", "+3"], "integer"),
        (["1" * 20], "number"),
        (["1", "2.5"], "number"),
        (["1", "1e5"], "number"),
        (["1", "2", "oops"], "number"),
        (["1", "oops"], "text"),
        (["yes", "No"], "boolean"),
        (["yes", "no", "TRUE", "false"], "boolean"),
        (["yes", "maybe"], "text"),
        (["yes", ""], "boolean"),
        ([""], "text"),
        (["2019-05-28", "28.05.2019", "soon"], "timestamp"),
        (["1559040909", "1559040910", "soon"], "timestamp"),
        (["2019-05-28", "soon"], "text"),
    ],
)
def test_a_type_is_that_of_most_cells(cells, type_):
    assert types(*cells) == type_


def test_a_file_without_times_makes_no_kind():
    assert kind("a;b", "1;x") is None


def test_names_and_units_are_those_of_the_columns():
    made = fields(
        f"at;Süd / Max (°C);;2nd;{'x' * 99} ({'u' * 30});Y (utc)", f"{WHEN};1;2;3;4;{WHEN}"
    )
    assert list(made) == ["at", "sud_maximum", "column_3", "nd", "x" * 50, "y"]
    assert [one["label"] for one in made.values()][1:4] == ["Süd / Max", "column_3", "2nd"]
    long = made["x" * 50]
    assert (long["label"], long["unit"]) == ("x" * 80, "u" * 20)
    assert (made["sud_maximum"]["unit"], made["y"]["unit"]) == ("°C", "")


def test_names_that_something_else_has_are_changed():
    made = list(fields("Time;Date;Line;Low min;A;A;a", f"{WHEN};{WHEN};1;2;3;4;5"))
    assert made == ["measured_at", "measured_at_2", "line_value", "low_minimum", "a", "a_2", "a_3"]


def test_a_field_is_required_where_every_row_has_it_and_so_is_the_time():
    made = fields("a;at;x", f"1;{WHEN};y", f";{WHEN};y", "2;;y")
    assert [one["required"] for one in made.values()] == [False, True, True]
    assert kind("a;at;b", f"1;{WHEN};{WHEN}")["time_field"] == "at"


def test_a_kind_has_so_many_fields():
    names = [f"f{number}" for number in range(70)]
    made = kind(";".join(names), ";".join([WHEN] + ["1"] * 69))
    assert len(made["fields"]) == 60
    schema_from_json(made)


@pytest.mark.parametrize(
    ("rows", "identity"),
    [
        (["0;a;x", "0;b;x", "1;a;x", "1;b;x"], ["p"]),
        (["0;a;x", "1;b;x", "2;a;x"], ["p"]),
        (["0;a;x", "1;b;x"], []),
        (["0;a;x", "1;a;x"], []),
        (["0;a;x", "0;a;y", "1;b;x"], ["q"]),
        (["0;a;x", "0;a;y", "1;a;x"], ["q"]),
        (["0;;x", "0;b;y", "1;b;x"], ["q"]),
        (["0;1;x", "0;2;y", "1;2;x"], ["q"]),
        (["0;a;x", "0;a;x"], []),
    ],
)
def test_records_are_told_apart_by_the_first_text_that_repeats(rows, identity):
    made = kind("at;p;q", *[f"2019-05-28T10:0{row[0]}:00Z{row[1:]}" for row in rows])
    assert made["identity"] == identity
    rules = {one["name"]: one["rules"] for one in made["fields"] if one["rules"]}
    assert rules == {name: {"max_length": 100} for name in identity}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Climate in Zürich!", "climate-in-zurich"),
        ("2 rooms", "rooms"),
        ("x" * 60, "x" * 40),
        ("x" * 39 + " y", "x" * 39),
        ("室", ""),
    ],
)
def test_a_name_for_addresses_is_made_of_a_text(text, name):
    assert address_name(text) == name
