"""A format worked out from a file: its options, its questions, and what answers make of it."""

import pytest

from ingestion.reading.formats.suggest.suggestion import suggest
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Number, Text, Timestamp
from tests.ingestion.helpers import HEADER

SCHEMA = Schema(
    time_field="at",
    fields=(
        Field("at", Timestamp(), "At"),
        Field("room", Text(), "Room"),
        Field("heat", Number(), "Heat", unit="ms"),
        Field("until", Timestamp(), "Until", required=False),
    ),
)
WHEN = "2019-05-28T10:55:09Z"


def found(text, answers=None, said=None, *, is_whole=True):
    return suggest(text, SCHEMA, answers, said, is_whole=is_whole)


def names(suggestion):
    return [question.name for question in suggestion.questions]


def test_a_file_that_says_all_is_certain():
    made = found(f"at;room;heat\n{WHEN};roof;4\n")
    assert made.certain
    assert made.options == {
        "header": ["at", "room", "heat"],
        "delimiter": ";",
        "skip_lines": 0,
        "units_row": False,
        "columns": {
            "at": {"column": "at", "timestamp": {"form": "iso", "pattern": "", "zone": ""}},
            "room": {"column": "room"},
            "heat": {"column": "heat"},
        },
    }
    assert made.answered({"zone.at": 1}) == made.options


def test_there_is_no_format_without_rows():
    assert found("at;room;heat\n") is None
    assert found(f"at;room;heat\n{WHEN};roof", is_whole=False) is None


def test_lines_above_are_skipped_by_number_only_without_a_header():
    assert found(f"report\nat;room;heat\n{WHEN};roof;4\n").options["skip_lines"] == 0
    without = found(f"report\n\n{WHEN};roof;4\n")
    assert (without.options["skip_lines"], without.options["header"]) == (2, [])
    assert without.options["columns"]["room"] == {"position": 2}


def test_rows_without_a_digit_where_the_time_is_count_for_nothing():
    units = found(f"at;room;heat\n;;s\n{WHEN};roof;4\n")
    assert units.options["units_row"] is True
    assert names(units) == ["unit.heat"]
    total = found(f"at;room;heat\n{WHEN};roof;4\ntotal;;n/a\n")
    assert total.options["units_row"] is False
    assert names(total) == []
    assert found(f"\n{WHEN};roof;4\nx;y;4\n").options["units_row"] is False


def test_where_no_row_has_a_time_all_are_looked_at():
    made = found("at;room;heat\nsoon;roof;1,5\n")
    assert made.options["units_row"] is False
    assert made.options["columns"]["at"] == {"column": "at"}
    assert names(made) == ["decimal_mark"]


def test_a_file_without_a_time_is_asked_for_it():
    made = found("room;heat\nroof;4\n")
    assert names(made) == ["column.at"]
    assert made.questions[0].chosen is None
    assert made.options["units_row"] is False
    assert made.new_kind is None


def test_empty_times_say_no_form():
    text = f"at;room;heat;until\n{WHEN};roof;4;\n"
    assert found(text).options["columns"]["until"] == {"column": "until"}
    later = found(text + f"{WHEN};roof;4;2019-05-28 10:55\n")
    assert names(later) == ["zone.until"]
    assert later.options["columns"]["until"]["timestamp"]["zone"] == "UTC"


def test_a_date_and_an_hour_are_read_together():
    made = found("date;hour;room;heat\n28.05.2019; 10:55;roof;4\n;;roof;5\n")
    mapping = made.options["columns"]["at"]
    assert mapping["columns"] == ["date", "hour"]
    assert mapping["timestamp"] == {"form": "pattern", "pattern": "%d.%m.%Y %H:%M", "zone": "UTC"}
    zoned = found("Date (UTC);hour;room;heat\n28.05.2019;10:55;roof;4\n")
    assert {one.name: one.chosen for one in zoned.questions}["zone.at"] == 0


def test_only_numbers_of_fields_say_what_marks_mean():
    assert names(found("at;room;heat\n1559040909,5;n/a;4\n")) == ["epoch_unit.at"]
    made = found(f"at;room;heat\n{WHEN};roof;n/a\n{WHEN};roof;1,5\n{WHEN};roof;oops,\n")
    assert names(made) == ["missing", "decimal_mark"]
    assert made.answered({})["missing"] == ["n/a"]
    assert names(found(f"at;room;heat;other\n{WHEN};roof;4;1,5\n")) == []


def test_the_answers_to_columns_change_what_is_asked_of_them():
    text = f"at;room;one (ms);two (s)\n{WHEN};roof;4;1,5\n"
    assert names(found(text)) == ["column.heat"]
    assert names(found(text, {"column.heat": 3})) == ["column.heat", "unit.heat", "decimal_mark"]
    for none in (-1, 4):
        made = found(text, {"column.heat": none})
        assert made.options["columns"]["heat"] == {"column": "one (ms)"}
    both = found(f"at;a;b;c\n{WHEN};roof;4;5\n", {"column.room": 9, "column.heat": 3})
    assert (both.places["room"], both.places["heat"]) == ((1,), (3,))
    assert found(text, {"column.heat": 0}).options["columns"]["heat"] == {"column": "at"}


def test_answers_of_positions_are_taken():
    text = "2019-05-28;10:55;roof;4\n"
    assert found(text).places["at"] == (0, 1)
    assert found(text, {"column.at": 2}).places["at"] == (1,)
    assert found(text, {"column.room": 3}).places["room"] == (3,)
    assert found(text).likely.places["room"] == (2,)


def test_what_is_said_takes_the_place_of_questions():
    made = found(f"at;a;b\n{WHEN};roof;4\n", {}, {1: ""})
    assert names(made) == []
    assert "room" not in made.options["columns"]
    assert made.likely.places["room"] == (1,)
    assert found(f"at;a;b\n{WHEN};roof;4\n", {}, {}).questions != []


def test_a_field_that_no_column_suits_has_none_until_that_is_said():
    made = found("when;degrees\n2019-05-28T10:55:09Z;20.5\n")
    (question,) = [one for one in made.questions if one.name == "column.room"]
    assert question.chosen is None
    assert "room" not in made.answered({})["columns"]
    assert made.answered({"column.room": 1})["columns"]["room"]["column"] == "degrees"


def test_until_another_question_has_an_answer_its_first_choice_counts():
    made = found(f"at;room;heat (°C)\n{WHEN};roof;4\n")
    assert ("unit.heat", None) in [(one.name, one.chosen) for one in made.questions]
    assert made.answered({})["columns"]["heat"]["unit"] == "°C"


def test_an_answer_that_is_none_of_the_choices_changes_nothing():
    made = found("at;room;heat\n03/04/2026 10:55;roof;4\n")
    days, zones = (len(question.choices) for question in made.questions)
    likely = made.answered({})
    assert likely["columns"]["at"]["timestamp"]["pattern"] == "%d/%m/%Y %H:%M"
    other = made.answered({"day_or_month.at": 1, "zone.at": zones - 1})
    assert other["columns"]["at"]["timestamp"] == {
        "form": "pattern",
        "pattern": "%m/%d/%Y %H:%M",
        "zone": "+02:00",
    }
    for none in ({"day_or_month.at": -1}, {"day_or_month.at": days}, {"zone.at": zones}):
        assert made.answered(none) == likely


@pytest.mark.parametrize(
    ("column", "codes"),
    [("heat (ms)", []), ("heat (parrots)", []), ("heat (s)", ["unit.heat"]), ("heat", [])],
)
def test_a_unit_is_asked_about_where_it_is_one_and_another(column, codes):
    made = found(f"at;room;{column}\n{WHEN};roof;4\n")
    assert [name for name in names(made) if name.startswith("unit")] == codes


def test_what_numbers_of_a_unit_become_is_shown_on_the_first():
    (unit,) = found(f"at;room;heat\n;;min\n{WHEN};roof;\n{WHEN};roof;4\n").questions
    assert unit.text == "Heat is kept in ms, but the column says min. What are its numbers?"
    assert [choice.example for choice in unit.choices] == [
        "4 min is 4 times 60000 ms",
        "4 is 4 ms",
    ]
    assert [choice.value["columns"]["heat"] for choice in unit.choices] == [
        {"unit": "min", "factor": "60000"},
        {"unit": "min", "factor": None},
    ]
    (empty,) = found(f"at;room;heat\n;;s\n{WHEN};roof;\n").questions
    assert empty.choices[0].example == "1 s is 1 times 1000 ms"


def test_a_unit_below_counts_more_than_the_one_in_the_name():
    (unit,) = found(f"at;room;heat (h)\n;;s\n{WHEN};roof;4\n", said={2: "heat"}).questions
    assert "the column says s." in unit.text


def test_a_field_of_several_columns_or_without_a_unit_is_not_asked_about():
    text = f"at;room (s);heat (s);x (s)\n{WHEN};roof;4;5\n"
    assert "unit.heat" not in names(found(text, said={2: "heat", 3: "heat"}))
    assert [name for name in names(found(text)) if name == "unit.room"] == []


def test_the_built_in_kind_has_its_time_in_seconds_and_is_not_asked_of_its_unit():
    text = HEADER.replace("timestamp", "timestamp (ms)") + "1559040909385,a,b,c,4,d,5\n"
    questions = [one.name for one in suggest(text, MESSAGE, is_whole=True).questions]
    assert questions == ["epoch_unit.timestamp"]
