"""Which column is which field: by names, by what cells hold, by order."""

import pytest

from ingestion.reading.formats.suggest.columns import Columns, find_columns, put_assigned, questions
from ingestion.reading.formats.suggest.table import TextTable
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Number, Text, Timestamp

AT = Field("at", Timestamp(), "Moment")
PLACE = Field("place", Text(), "Room")
HEAT = Field("heat", Number(), "Warmth", unit="°C")
NOTE = Field("note", Text(), "Remark", required=False)
SCHEMA = Schema(time_field="at", fields=(AT, PLACE, HEAT, NOTE))


def table(header, *rows):
    return TextTable(",", header.split(","), [row.split(",") for row in rows], 0)


def schema(*fields):
    return Schema(time_field="at", fields=(AT, *fields))


def found(header, *rows, schema=SCHEMA):
    """For each field, its places and what they were found by; nothing where it is named."""
    columns = find_columns(table(header, *rows), schema)
    return {name: (*places, columns.by.get(name, "")) for name, places in columns.places.items()}


def time_of(header, *rows):
    return found(header, *rows).get("at")


def test_columns_that_are_named_are_certain():
    columns = find_columns(table("Moment,room,Warmth (°C)", "1559040909,roof,4"), SCHEMA)
    assert columns.places == {"at": (0,), "place": (1,), "heat": (2,)}
    assert columns.sure == {"at", "place", "heat"}
    assert columns.by == {}


def test_a_name_with_another_unit_is_found_by_it_and_a_time_with_a_zone_is_certain():
    columns = find_columns(table("Moment (UTC),Heat (K)", "1559040909,4"), SCHEMA)
    assert columns.places == {"at": (0,), "heat": (1,)}
    assert (columns.sure, columns.by) == ({"at"}, {"heat": "unit"})


def test_of_two_that_differ_by_their_units_neither_is_found_by_them():
    assert found("Heat (K),Heat (°F),at", "4,5,1559040909")["heat"] == (0, "name")


def test_a_name_does_not_count_where_cells_are_of_another_sort():
    assert "heat" not in found("at,Heat (K)", "1559040909,warm")
    assert found("at,Place (m),x", "1559040909,4,roof")["place"] == (2, "order")


@pytest.mark.parametrize(
    ("header", "row", "places"),
    [
        ("a,b,c", "2019-05-28 10:55,x,4", (0, "values")),
        ("a,b,c", "x,1559040909,4", (1, "values")),
        ("a,b,c", "x,28.05.2019 10:55,1559040909", (1, "values")),
        ("a,b,time", "x,2019-05-28 10:55,1559040909", (2, "values")),
        ("a,Date (local),b", "2019-05-28 10:55,2019-05-29 10:55,x", (1, "values")),
        ("time,b,c", "soon,2019-05-28 10:55,x", (1, "values")),
        ("a,b,c", "10:55,x,2019-05-28", (2, 0, "values")),
        ("a,b,c,d", "2019-05-28,2019-05-29,10:55,11:55", (0, 2, "values")),
        ("a,b,c", "20190528,x,4", (0, "values")),
        ("date,b,c", "2019-05-28,x,2019-05-28T10:55", (2, "values")),
        ("Zeitpunkt,b,c", "soon,x,4", (0, "values")),
        ("a,b,date", "28 May,2019-05-28,x", (1, "values")),
        ("a,b,c", "soon,x,4", None),
    ],
)
def test_the_time_is_found_by_what_cells_hold(header, row, places):
    assert time_of(header, row) == places


def test_a_time_that_is_named_is_not_looked_for():
    assert time_of("a,at", "2019-05-28 10:55,x") == (1, "")


def test_most_cells_are_of_a_sort_or_it_is_none():
    rows = ("2019-05-28 10:55,roof,4", "soon,roof,x")
    assert "at" not in found("a,b,c", *rows)
    assert time_of("a,b,c", *rows, rows[0]) == (0, "values")
    assert "heat" not in found("a,b,c", *rows)
    assert time_of("a,b,c", ",roof,4", rows[0]) == (0, "values")
    assert "heat" not in found("at,x,c", "1559040909,roof,")


def test_names_that_are_nearly_the_same_are_found_the_nearest_first():
    fields = schema(Field("speed", Number(), "Speed"), Field("speed2", Number(), "Speed 2"))
    columns = found("at,Speeds 2,Speedy", "1559040909,3,4", schema=fields)
    assert columns["speed"] == (2, "name")
    assert columns["speed2"] == (1, "name")


def test_of_names_that_are_as_near_the_first_column_and_field_count():
    one = schema(Field("speed", Number(), "Speed"))
    assert found("at,speedx,speedy", "1559040909,3,4", schema=one)["speed"] == (1, "name")
    two = schema(Field("speedx", Number(), "A"), Field("speedy", Number(), "B"))
    columns = found("at,speed", "1559040909,3", schema=two)
    assert columns["speedx"] == (1, "name")
    assert "speedy" not in columns


def test_names_are_near_from_three_quarters_on():
    fields = schema(Field("size", Number(), "Extent", required=False))
    assert found("at,sine", "1559040909,3", schema=fields)["size"] == (1, "name")
    assert found("at,Extend (m)", "1559040909,3", schema=fields)["size"] == (1, "name")
    assert "size" not in found("at,sane", "1559040909,3", schema=fields)
    assert "size" not in found("at,sine", "1559040909,big", schema=fields)


def test_what_is_left_is_taken_in_order_but_for_optional_fields():
    fields = schema(NOTE, HEAT, PLACE, Field("far", Number(), "Far"))
    columns = found("a,b,c,d,e", "2019-05-28 10:55,4,roof,5,garden", schema=fields)
    assert columns == {
        "at": (0, "values"),
        "heat": (1, "order"),
        "place": (2, "order"),
        "far": (3, "order"),
    }


def test_another_moment_is_taken_from_dates_and_numbers_since_1970():
    fields = schema(Field("until", Timestamp(), "Until"))
    assert found("at,a,b", "1559040909,4,1559040910", schema=fields)["until"] == (2, "order")
    assert found("at,a,b", "1559040909,4,2019-05-28", schema=fields)["until"] == (2, "order")


def test_what_a_person_said_of_columns_is_so():
    columns = Columns({"at": (0, 1), "place": (2,), "heat": (3,)})
    said = {4: "at", 1: "", 2: "heat", 3: "unheard", 9: "place"}
    put_assigned(columns, said, table("a,b,c,d,e", "1,2,3,4,5"), SCHEMA)
    assert columns.places == {"at": (0, 4), "heat": (2,)}
    put_assigned(columns, {5: "place"}, table("a,b,c,d,e", "1,2,3,4,5"), SCHEMA)
    assert "place" not in columns.places


def asked(header, *rows, schema=SCHEMA):
    file = table(header, *rows)
    if not header:
        file = TextTable(",", [], file.rows, 0)
    return {one.field: one for one in questions(file, schema, find_columns(file, schema))}


NOWHERE = {"column": None, "columns": None, "position": None, "positions": None}


def test_every_column_may_be_that_of_a_field_which_none_names():
    rows = [f"155904090{n},{place},{n}" for n, place in enumerate(("roof ", "roof", "hall", "x"))]
    found_ = asked("at,b,heat", *rows)
    assert list(found_) == ["place"]
    question = found_["place"]
    assert (question.name, question.text) == ("column.place", "Which column is Room?")
    assert [choice.text for choice in question.choices] == ["at", "b", "heat"]
    assert question.chosen == 1
    assert question.choices[1].example == "roof, hall"
    assert question.choices[1].value == {"columns": {"place": NOWHERE | {"column": "b"}}}


def test_an_optional_field_is_asked_about_where_it_is_found():
    assert "note" not in asked("at,place,heat", "1559040909,roof,4")
    question = asked("at,place,heat,notes", "1559040909,roof,4,x")["note"]
    assert question.chosen == 3


def test_a_field_that_is_not_found_is_asked_about_without_a_likely_one():
    assert asked("at,heat", "1559040909,4")["place"].chosen is None


def test_a_date_and_a_time_of_day_are_one_choice_and_the_first():
    question = asked("a,b,place,heat", "2019-05-28, 10:55,roof,4")["at"]
    assert [one.text for one in question.choices] == ["a and b", "a", "b", "place", "heat"]
    assert question.chosen == 0
    assert question.choices[0].example == "2019-05-28 10:55"
    mapping = question.choices[0].value["columns"]["at"]
    assert mapping == NOWHERE | {"columns": ["a", "b"]}


def test_without_a_header_columns_are_asked_by_position():
    question = asked("", "2019-05-28,10:55,roof,4")["at"]
    assert question.choices[0].text == "column 1 and column 2"
    assert question.choices[0].value["columns"]["at"] == NOWHERE | {"positions": [1, 2]}
    assert question.choices[2].value["columns"]["at"] == NOWHERE | {"position": 2}
