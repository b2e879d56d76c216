"""Numbers as they are written around the world."""

from decimal import Decimal

import pytest

from ingestion.reading.formats.values.numbers import multiplied, number_text
from messages_app.schema.validation import Invalid


def read(text, decimal_mark, thousands_mark):
    """The text with a decimal point, or the code of its fault."""
    try:
        return number_text(decimal_mark, thousands_mark)(text)
    except Invalid as error:
        return error.code


@pytest.mark.parametrize(
    ("text", "decimal_mark", "thousands_mark", "expected"),
    [
        ("4.39", ".", "", "4.39"),
        (" -4,39 ", ",", "", "-4.39"),
        ("+,5e-3", ",", "", "+.5e-3"),
        ("1 004.5", ".", "", "1004.5"),
        ("1\N{THIN SPACE}004\N{RIGHT SINGLE QUOTATION MARK}005", ".", "", "1004005"),
        ("1004,005", ".", ",", "misplaced_mark"),
        ("1,04", ".", ",", "misplaced_mark"),
        ("1,0045", ".", ",", "misplaced_mark"),
        ("1 04", ".", "", "misplaced_mark"),
        ("1 04", ",", "", "misplaced_mark"),
        ("1,5", ".", "", "decimal_comma"),
        ("1.5", ",", "", "decimal_point"),
        ("1.5", ",", ".", "misplaced_mark"),
        ("about 1.5", ",", "", "about 1.5"),
        ("", ",", "", ""),
    ],
)
def test_marks_are_taken_away_where_they_stand_right(text, decimal_mark, thousands_mark, expected):
    assert read(text, decimal_mark, thousands_mark) == expected


@pytest.mark.parametrize(
    ("text", "decimal_mark", "sentence"),
    [
        ("1,5", ".", "has a comma, but in files of this format the decimal mark is a point"),
        ("1.5", ",", "has a point, but in files of this format the decimal mark is a comma"),
    ],
)
def test_a_fault_names_both_marks(text, decimal_mark, sentence):
    with pytest.raises(Invalid, match=sentence):
        number_text(decimal_mark, "")(text)


def test_a_product_has_all_its_digits_and_no_others():
    product = multiplied(number_text(",", ""), Decimal("0.001"))
    assert product("1234567890123456789012345678901234,5") == "1234567890123456789012345678901.2345"
    assert product("4000") == "4"
    with pytest.raises(Invalid):
        product("four")
