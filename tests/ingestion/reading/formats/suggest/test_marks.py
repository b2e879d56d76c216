"""The marks of numbers, and the texts among them that stand for none."""

import pytest

from ingestion.reading.formats.suggest.marks import about_markers, about_marks, markers

POINT = {"decimal_mark": ".", "thousands_mark": ""}
COMMA = {"decimal_mark": ",", "thousands_mark": ""}
POINT_COMMA = {"decimal_mark": ".", "thousands_mark": ","}
COMMA_POINT = {"decimal_mark": ",", "thousands_mark": "."}


@pytest.mark.parametrize(
    ("cells", "readings", "chosen"),
    [
        (["1,5"], [COMMA], 0),
        (["7", "1,234"], [COMMA, POINT_COMMA], None),
        (["1,234", "1,5"], [COMMA], 0),
        (["1,234.5"], [POINT_COMMA], 0),
        (["1.234,5"], [COMMA_POINT], 0),
        (["1.234"], [POINT, COMMA_POINT], None),
        (["1,234,567"], [POINT_COMMA], 0),
        (["0,234"], [COMMA], 0),
        (["-0,234"], [COMMA], 0),
        (["+0,234"], [COMMA], 0),
        (["0,5"], [COMMA], 0),
        (["10,234"], [COMMA, POINT_COMMA], None),
        (["1.234", "1,234"], [POINT_COMMA, COMMA_POINT], None),
    ],
)
def test_readings_that_fit_all_numbers_are_asked_about(cells, readings, chosen):
    question = about_marks(cells)
    assert [choice.value for choice in question.choices] == readings
    assert question.chosen == chosen


@pytest.mark.parametrize(
    "cells", [[], ["7"], ["1.5"], ["0.234"], ["-0.234"], ["1.234", "1.5"], ["1.2.3"], ["1.5", "x"]]
)
def test_where_nothing_but_a_point_can_be_meant_nothing_is_asked(cells):
    assert about_marks(cells) is None


def test_a_choice_shows_what_becomes_of_the_first_number_with_a_mark():
    question = about_marks(["7", "1,234"])
    assert [choice.example for choice in question.choices] == ["1,234 is 1.234", "1,234 is 1234"]
    assert question.choices[1].text == "a point; commas group thousands"


def test_texts_that_stand_for_no_value_are_found_once_each():
    assert markers(["1", "NaN", "-", "NaN", "nan", "soon"]) == ["NaN", "-", "nan"]


def test_what_they_mean_is_asked_of_five():
    found = ["NaN", "-", "nil", "?", "err", "void"]
    question = about_markers(found)
    assert question.text == "What does NaN, -, nil, ?, err stand for?"
    assert [choice.value for choice in question.choices] == [{"missing": found}, {"missing": []}]
    assert question.chosen == 0
    assert question.name == "missing"
