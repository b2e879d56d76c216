"""Where bare numbers end to be one thing and begin to be another."""

from decimal import Decimal

import pytest

from messages_app.schema import epoch_seconds
from messages_app.schema.validation import Invalid


def code_of(text):
    with pytest.raises(Invalid) as caught:
        epoch_seconds.check(text, Decimal(text))
    return caught.value.code


@pytest.mark.parametrize("text", ["100000000", "99999999999", "99999999999.9"])
def test_numbers_of_nine_to_eleven_digits_are_moments(text):
    epoch_seconds.check(text, Decimal(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "implausible_seconds"),
        ("19999.9", "implausible_seconds"),
        ("20000", "spreadsheet_date"),
        ("79999.9", "spreadsheet_date"),
        ("80000", "implausible_seconds"),
        ("99999999", "implausible_seconds"),
        ("100000000000", "implausible_seconds"),
        ("253402300799", "implausible_seconds"),
        ("253402300800", "year_out_of_range"),
        ("-1", "year_out_of_range"),
    ],
)
def test_other_numbers_are_told_apart_to_the_last_one(text, code):
    assert code_of(text) == code


@pytest.mark.parametrize("zeros", ["000", "000000", "000000000"])
def test_a_century_of_smaller_units_begins_with_2000_and_ends_before_2100(zeros):
    assert code_of(f"946684800{zeros}") == code_of(f"4102444799{zeros}") == "not_seconds"
    before, behind = f"946684799{zeros}", f"4102444800{zeros}"
    assert {code_of(before), code_of(behind)}.isdisjoint({"not_seconds", "spreadsheet_date"})


@pytest.mark.parametrize("text", ["20190230", "201905282460", "20190528105560"])
def test_what_is_no_date_without_separators_is_not_called_one(text):
    assert code_of(text) != "compact_date"
