"""Moments in each form that files have them in, one reader at a time."""

from decimal import Decimal

import pytest

from ingestion.reading.formats.definition import TimeForm
from ingestion.reading.formats.values.times import Notes, time_reader
from messages_app.schema.types import Timestamp
from messages_app.schema.validation import Invalid

ISO = TimeForm("iso", zone="UTC")
SERIAL = TimeForm("serial", zone="UTC")
DAY = 1559001600  # 2019-05-28


def pattern(text, zone="UTC"):
    return TimeForm("pattern", text, zone)


def read(form, text, mark="."):
    """The epoch seconds, or the code of the fault."""
    try:
        return time_reader(form, Timestamp(), mark, Notes())(text)
    except Invalid as error:
        return error.code


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("epoch_s", "1 559 001 600.5", DAY + Decimal("0.5")),
        ("epoch_s", "1559001600,5", DAY + Decimal("0.5")),
        ("epoch_s", "5", "implausible_seconds"),
        ("epoch_ms", "1 559 001 600 385", DAY + Decimal("0.385")),
        ("epoch_ms", "1559001600385,5", DAY + Decimal("0.3855")),
        ("epoch_ms", "5", "implausible"),
        ("epoch_ms", "", "empty"),
        ("epoch_ms", "soon", "not_a_number"),
        ("epoch_us", "1559001600000385", DAY + Decimal("0.000385")),
        ("epoch_ns", "1559001600000000385", DAY + Decimal("0.000000385")),
    ],
)
def test_numbers_since_1970(form, text, expected):
    assert read(TimeForm(form), text) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2019-05-28 00:00", DAY),
        ("2019-05-28T10:55:59", DAY + 39359),
        ("20190528T1055", DAY + 39300),
        ("20190528 105559,25", DAY + Decimal("39359.25")),
        ("2019-05-28T00:00:00.25+02:00", DAY - Decimal("7199.75")),
        ("2019-05-28 10:55:60", "not_a_timestamp"),
        ("2019-05-28 24:00", "not_a_timestamp"),
        ("2019-13-28 10:55", "not_a_timestamp"),
        ("1970-01-01 00:00:00.5", Decimal("0.5")),
        ("1972-01-01 00:00:00.123456789", Decimal("63072000.123456789")),
        ("1969-12-31 23:59:59.5", "year_out_of_range"),
        ("0001-01-01 00:00", "year_out_of_range"),
        ("6000-01-01 00:00", Decimal(127174492800)),
        ("9999-12-31 23:59:59", Decimal(253402300799)),
    ],
)
def test_iso_dates_of_a_zone(text, seconds):
    assert read(ISO, text) == seconds


@pytest.mark.parametrize("text", ["01.01.0001 00:00", "31.12.9999 23:00"])
def test_moments_that_other_zones_have_in_other_years_are_out_of_range(text):
    sides = [read(pattern("%d.%m.%Y %H:%M", zone), text) for zone in ("+05:00", "-05:00")]
    assert "year_out_of_range" in sides
    assert all(isinstance(one, Decimal) or one == "year_out_of_range" for one in sides)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("28.05.2019 00:00 Z", DAY),
        ("28.05.2019 00:00 GMT", DAY),
        ("28.05.2019 00:00 +02:00", DAY - 7200),
        ("28.05.2019 00:00 -0330", DAY + 12600),
        ("28.05.2019 00:00 +99:00", "not_a_timestamp"),
        ("28.05.2019 00:00", "not_a_timestamp"),
        ("", "empty"),
        ("\u200b", "empty"),
    ],
)
def test_patterns_with_an_offset(text, seconds):
    assert read(pattern("%d.%m.%Y %H:%M %z", ""), text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("28-May-19 0:30 AM", "not_a_timestamp"),
        ("28-May-19 1:30 a.m.", DAY + 5400),
        ("28-May-19 12:30 AM", DAY + 1800),
        ("28-May-19 12:30 PM", DAY + 45000),
        ("28-May-19 12:30 P.M.", DAY + 45000),
        ("28-May-19 1:30 pm", DAY + 48600),
        ("28-May-19 13:30 PM", "not_a_timestamp"),
        ("28-Mai-19 1:30 PM", "not_a_timestamp"),
    ],
)
def test_hours_of_half_a_day(text, seconds):
    assert read(pattern("%d-%b-%y %I:%M %p"), text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("70", 0), ("69", "year_out_of_range"), ("68", 3092601600), ("99", 915148800)],
)
def test_years_of_two_digits_are_those_from_1969(text, seconds):
    assert read(pattern("%d.%m.%y"), f"01.01.{text}") == seconds


@pytest.mark.parametrize(
    ("text", "mark", "seconds"),
    [
        ("43613", ".", DAY),
        ("43613.5", ".", DAY + 43200),
        ("43613,5", ",", DAY + 43200),
        ("43613,5", ".", "decimal_comma"),
        # Off by a few nanoseconds, which is noise, and by 0.1 milliseconds.
        ("43613.000000011574", ".", DAY + Decimal("0.001")),
        ("43613.00000009375", ".", DAY + Decimal("0.0081")),
        ("25569", ".", 0),
        ("25568.9999", ".", "implausible"),
        ("2958465.5", ".", 253402257600),
        ("2958466", ".", "implausible"),
    ],
)
def test_days_as_spreadsheets_count_them(text, mark, seconds):
    assert read(SERIAL, text, mark) == seconds


def test_times_that_clocks_show_twice_are_counted_and_those_they_skip_refused():
    notes = Notes()
    zoned = time_reader(TimeForm("iso", zone="Europe/Zurich"), Timestamp(), ".", notes)
    for time in ("2019-10-27 01:59:59", "2019-10-27 02:00:00", "2019-10-27 02:59:59"):
        zoned(time)
    assert notes.repeated_times == 2
    with pytest.raises(Invalid) as raised:
        zoned("2019-03-31 02:30")
    assert raised.value.code == "skipped_time"


def test_a_form_that_says_nothing_is_that_of_the_field():
    assert read(TimeForm(), "2019-05-28T00:00:00Z") == DAY
    assert read(TimeForm(), "2019-05-28T00:00:00") == "no_offset"
