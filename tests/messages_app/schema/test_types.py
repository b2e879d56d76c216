"""Values as files and JSON give them."""

from decimal import Decimal

import pytest

from messages_app.schema.types import Number, Text, Timestamp
from messages_app.schema.validation import Invalid


def fault(read, data):
    with pytest.raises(Invalid) as caught:
        read(data)
    return caught.value


def code_of(read, data):
    return fault(read, data).code


number = Number().from_text
timestamp = Timestamp().from_text
text = Text().from_text


@pytest.mark.parametrize(
    "data",
    [
        "0",
        "4.39",
        "0.49",
        "120",
        "1559040909.3853335",
        "12345678901234567890.123456789012345678",
        "0.000000000000000000000000000000000001",
        "99999999999999999999999999999999999999",
    ],
)
def test_a_number_keeps_every_digit(data):
    assert format(number(data), "f") == data


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("4.390", "4.39"),
        ("4.00", "4"),
        ("007", "7"),
        ("+1.5", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.20E2", "120"),
        ("12e-1", "1.2"),
        ("-0.0", "0"),
        ("0.00", "0"),
        (" 9.09\t", "9.09"),
    ],
)
def test_a_number_is_stored_in_its_shortest_form(data, written):
    assert str(number(data)) == written


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("NaN", "not_finite"),
        ("-inf", "not_finite"),
        ("Infinity", "not_finite"),
        ("4,39", "decimal_comma"),
        ("1e400", "out_of_range"),
        ("1e126", "out_of_range"),
        ("1e-131", "out_of_range"),
        ("-0.1", "too_small"),
        ("1" * 39, "too_many_digits"),
        ("0." + "1" * 39, "too_many_digits"),
        ("9" * 501, "not_a_number"),
        ("1e99999", "not_a_number"),
        ("not_a_number", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1 000", "not_a_number"),
        ("4.39ms", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("\u0664.\u0663\u0669", "not_a_number"),
        ("\uff14", "not_a_number"),
        ("1,234.5", "not_a_number"),
    ],
)
def test_a_number_that_is_none_says_why(data, code):
    assert code_of(number, data) == code


@pytest.mark.parametrize("data", ["1e37", "1e-130", "9" * 38])
def test_the_ends_of_what_dynamodb_stores_are_numbers(data):
    assert number(data) == Decimal(data)


@pytest.mark.parametrize("data", ["1e38", "1" + "0" * 38, "1e125"])
def test_a_number_of_more_than_38_digits_before_the_point_is_too_large(data):
    assert code_of(number, data) == "too_large"


def test_many_zeros_behind_38_digits_are_no_further_digits():
    assert number("1" * 38 + ".000") == Decimal("1" * 38)


@pytest.mark.parametrize(
    "data",
    [
        *("1559040909", "1559040909.3853335", "100000000", "99999999999.5"),
        "1559040909.123456789012345678901234567",
    ],
)
def test_epoch_seconds_keep_every_digit(data):
    assert format(timestamp(data), "f") == data


def test_a_timestamp_may_be_iso_8601():
    assert timestamp(" 2019-05-28T12:55:09.3853335+02:00 ") == Decimal("1559040909.3853335")


def test_the_zeros_of_an_iso_fraction_are_not_kept():
    assert str(timestamp("2019-05-28T10:55:09.500Z")) == "1559040909.5"


def test_a_timestamp_of_too_many_digits_is_refused():
    assert code_of(timestamp, "2019-05-28T10:55:09." + "1" * 29 + "Z") == "too_many_digits"


@pytest.mark.parametrize(
    ("data", "unit", "factor"),
    [
        ("1559040909385", "milliseconds", "1,000"),
        ("1559040909385.3335", "milliseconds", "1,000"),
        ("1559040909385333", "microseconds", "1,000,000"),
        ("1559040909385333500", "nanoseconds", "1,000,000,000"),
    ],
)
def test_a_timestamp_in_a_smaller_unit_is_refused_with_a_hint(data, unit, factor):
    refused = fault(timestamp, data)
    assert refused.code == "not_seconds"
    assert unit in refused.detail
    assert factor in refused.detail


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        ("-1", "year_out_of_range"),
        ("-0.000001", "year_out_of_range"),
        ("253402300800", "year_out_of_range"),
        ("1e30", "year_out_of_range"),
        ("NaN", "not_finite"),
        ("1559040909,385", "decimal_comma"),
        ("1e400", "out_of_range"),
        ("not_a_timestamp!", "not_a_timestamp"),
        ("28.05.2019 10:55", "not_a_timestamp"),
        ("2019-05-28T10:55:09", "no_offset"),
        ("\u0661\u0665\u0665\u0669\u0660\u0664\u0660\u0669\u0660\u0669", "not_a_timestamp"),
    ],
)
def test_a_timestamp_that_is_none_says_why(data, code):
    assert code_of(timestamp, data) == code


def test_the_last_moment_of_the_year_9999_is_a_timestamp():
    assert timestamp("9999-12-31T23:59:59.999999Z") == Decimal("253402300799.999999")


@pytest.mark.parametrize(
    ("data", "code", "seen"),
    [
        ("43613.45496", "spreadsheet_date", "a spreadsheet's date number, 2019-05-28 10:55"),
        ("43613", "spreadsheet_date", "2019-05-28 00:00"),
        ("20190528", "compact_date", "the date 2019-05-28,"),
        ("201905281055", "compact_date", "the date 2019-05-28 10:55,"),
        ("20190528105509", "compact_date", "2019-05-28T10:55:09Z"),
        ("20190528105509.385", "compact_date", "2019-05-28T10:55:09Z"),
        ("1.55904E+09", "digits_lost", "exponent"),
        ("155904e4", "digits_lost", "exponent"),
        ("155904090E1", "digits_lost", "exponent"),
        ("0", "implausible_seconds", "9 to 11 digits"),
        ("4.39", "implausible_seconds", "9 to 11 digits"),
        ("99999999.9", "implausible_seconds", "9 to 11 digits"),
        ("100000000000", "implausible_seconds", "9 to 11 digits"),
    ],
)
def test_a_number_that_cannot_be_meant_as_a_moment_is_refused_by_its_form(data, code, seen):
    refused = fault(timestamp, data)
    assert refused.code == code
    assert seen in refused.detail


@pytest.mark.parametrize("data", [Decimal("43613.45"), 20190528, Decimal("1.55904E+9")])
def test_json_has_no_other_moments_than_files(data):
    assert code_of(Timestamp().from_json, data) in (
        "spreadsheet_date",
        "compact_date",
        "digits_lost",
    )


def test_an_exponent_that_loses_no_digit_is_a_moment():
    assert timestamp("1.559040909385E+09") == Decimal("1559040909.385")
    assert timestamp("1.559040000e9") == Decimal("1559040000")


@pytest.mark.parametrize(
    "data", ["20190528T105509Z", "20190528T125509+0200", "Tue, 28 May 2019 10:55:09 GMT"]
)
def test_a_timestamp_may_have_the_other_sure_spellings(data):
    assert timestamp(data) == 1559040909


def test_spaces_around_text_do_not_count():
    assert text("  location 03\t") == "location 03"


@pytest.mark.parametrize(
    ("data", "code"),
    [("", "empty"), (" \t", "empty"), ("a\0b", "nul"), ("x" * 1025, "too_long")],
)
def test_text_that_cannot_be_stored_says_why(data, code):
    assert code_of(text, data) == code


def test_text_may_have_any_letters_and_as_many_as_are_allowed():
    assert text("ö😀" * 512) == "ö😀" * 512


@pytest.mark.parametrize("data", [4, Decimal("4.39"), None, True, ["a"], {}])
def test_json_text_is_a_string(data):
    assert code_of(Text().from_json, data) == "not_text"


def test_half_a_surrogate_pair_is_no_text():
    assert code_of(Text().from_json, "a\ud800") == "not_text"


@pytest.mark.parametrize("data", [4, Decimal("4"), Decimal("4.0")])
def test_json_numbers_are_numbers(data):
    assert Number().from_json(data) == 4


@pytest.mark.parametrize("data", [True, None, "4", [4], {}])
def test_json_numbers_are_nothing_else(data):
    assert code_of(Number().from_json, data) == "not_a_number"
