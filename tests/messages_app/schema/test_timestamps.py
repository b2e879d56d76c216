"""Moments and the keys that are made of them."""

from decimal import Decimal

import pytest

from messages_app.schema import timestamps
from messages_app.schema.validation import Invalid


def code_of(read, text):
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", "0"),
        ("2019-05-28T10:55:09Z", "1559040909"),
        ("2019-05-28t10:55:09z", "1559040909"),
        ("2019-05-28 10:55:09Z", "1559040909"),
        ("2019-05-28T10:55Z", "1559040900"),
        ("2019-05-28T12:55:09+02:00", "1559040909"),
        ("2019-05-28T12:55:09+0200", "1559040909"),
        ("2019-05-28T12:55:09+02", "1559040909"),
        ("2019-05-28T05:25:09-05:30", "1559040909"),
        ("2019-05-29T00:55:09+14:00", "1559040909"),
        ("1969-12-31T23:00:00-01:00", "0"),
        ("2016-02-29T00:00:00Z", "1456704000"),
        ("20190528T105509Z", "1559040909"),
        ("20190528T1055Z", "1559040900"),
        ("20190528 125509+0200", "1559040909"),
        ("2019-05-28T10:55:09 UTC", "1559040909"),
        ("2019-05-28 10:55:09 utc", "1559040909"),
        ("2019-05-28 10:55:09 GMT", "1559040909"),
        ("2019-05-28 12:55:09 +0200", "1559040909"),
        ("2019-05-28 12:55:09 +02:00", "1559040909"),
        ("2019-05-28 10:55:09 +0000 UTC", "1559040909"),
        ("2019-05-28T10:55:09Z[UTC]", "1559040909"),
        ("2019-05-28T12:55:09+02:00[Europe/Zurich]", "1559040909"),
        ("Tue, 28 May 2019 10:55:09 +0000", "1559040909"),
        ("tue, 28 may 2019 12:55:09 +0200 (CEST)", "1559040909"),
        ("28 May 2019 10:55 GMT", "1559040900"),
        ("2 Jan 2019 00:00:00 +0000", "1546387200"),
        ("2019-05-27T24:00:00Z", "1559001600"),
        ("2019-05-28T02:00:00+02:00", "1559001600"),
        ("2019-05-27T24:00:00.000+00:00", "1559001600"),
        ("20190527T240000Z", "1559001600"),
    ],
)
def test_iso_8601_with_an_offset_is_a_moment(text, seconds):
    assert timestamps.seconds_from_iso(text) == Decimal(seconds)


@pytest.mark.parametrize("mark", [".", ","])
def test_an_iso_fraction_keeps_every_digit(mark):
    seconds = timestamps.seconds_from_iso(f"2019-05-28T10:55:09{mark}3853335120000007Z")
    assert seconds == Decimal("1559040909.3853335120000007")


def test_a_fraction_counts_from_the_first_second_on():
    assert timestamps.seconds_from_iso("1970-01-01T00:00:00.25Z") == Decimal("0.25")


def test_a_date_alone_is_told_to_lack_its_time_of_day():
    with pytest.raises(Invalid, match="is a date without a time of day"):
        timestamps.seconds_from_iso("2019-05-28")


def test_iso_without_an_offset_is_refused_for_it_could_be_any_moment():
    assert code_of(timestamps.seconds_from_iso, "2019-05-28T10:55:09") == "no_offset"


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-29T00:00:00Z",
        "2019-13-01T00:00:00Z",
        "2019-05-28T24:30:00Z",
        "2019-05-28T10:60:00Z",
        "2019-05-28T10:55:60Z",
        "2019-05-28T10:55:09+25:00",
        "2019-05-28T10:55:09.Z",
        "2019-05-28",
        "2019-05-28T24:00:00.1Z",
        "2019-0528T10:55:09Z",
        "20190528T10:55Z[Mars]",
        "2019-05-28T10:55:09 CEST",
        "Mon, 28 May 2019 10:55:09 +0000",
        "Thu, 30 Feb 2019 10:55:09 +0000",
        "2019-05-28T10:55:09Z\n",
        "\u0662\u0660\u0661\u0669-\u0660\u0665-\u0662\u0668T10:55:09Z",
    ],
)
def test_what_is_no_iso_moment_is_refused(text):
    assert code_of(timestamps.seconds_from_iso, text) == "not_a_timestamp"


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "31 Dec 2016 23:59:60 GMT"])
def test_a_leap_second_is_refused_with_the_truth(text):
    with pytest.raises(Invalid, match="leap second, which epoch seconds do not have"):
        timestamps.seconds_from_iso(text)


@pytest.mark.parametrize("text", ["Tue, 28 May 2019 10:55:09", "20190528T105509"])
def test_the_other_spellings_need_an_offset_too(text):
    assert code_of(timestamps.seconds_from_iso, text) == "no_offset"


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T24:00:00Z",
        "1969-12-31T23:59:59.9Z",
        "1970-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_iso_outside_the_years_is_refused(text):
    assert code_of(timestamps.seconds_from_iso, text) == "year_out_of_range"


@pytest.mark.parametrize(
    ("seconds", "key"),
    [
        ("0", ("1970-01-01", "00:00:00")),
        ("1559040909", ("2019-05-28", "10:55:09")),
        ("1559040909.3853335", ("2019-05-28", "10:55:09.385333")),
        ("1559040909.3853339", ("2019-05-28", "10:55:09.385333")),
        ("1559040909.9999999", ("2019-05-28", "10:55:09.999999")),
        ("1559040909.38", ("2019-05-28", "10:55:09.380000")),
        ("1559040909.0000009", ("2019-05-28", "10:55:09")),
        ("1559087999.5", ("2019-05-28", "23:59:59.500000")),
        ("1559088000", ("2019-05-29", "00:00:00")),
        ("253402300799.9999999", ("9999-12-31", "23:59:59.999999")),
        ("1E-30", ("1970-01-01", "00:00:00")),
        ("1.5E+9", ("2017-07-14", "02:40:00")),
    ],
)
def test_the_key_is_the_utc_moment_cut_to_microseconds(seconds, key):
    assert timestamps.key_of_seconds(Decimal(seconds)) == key


@pytest.mark.parametrize("seconds", ["1559040909", "1559040909.385333", "1559040909.00001"])
def test_a_key_and_its_seconds_stand_for_each_other(seconds):
    assert timestamps.seconds_of(*timestamps.key_of_seconds(Decimal(seconds))) == Decimal(seconds)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("10:55:09", "10:55:09"),
        ("10:55:09.5", "10:55:09.500000"),
        ("10:55:09.000", "10:55:09"),
        ("10:55:09.000001", "10:55:09.000001"),
        ("00:00:00", "00:00:00"),
        ("23:59:59.9", "23:59:59.900000"),
    ],
)
def test_a_time_of_day_is_written_as_keys_have_it(text, clean):
    assert timestamps.clean_time(text) == clean


@pytest.mark.parametrize(
    "text", ["", "10:55", "24:00:00", "10:60:00", "10:55:60", "10:55:09.1234567", "1\u0660:55:09"]
)
def test_what_is_no_time_of_day_is_refused(text):
    assert code_of(timestamps.clean_time, text) == "not_a_time"


@pytest.mark.parametrize(
    "text",
    ["", "2019-5-28", "2019-02-29", "20190528", "2019-05-28T", "\u0662\u0660\u0661\u0669-05-28"],
)
def test_what_is_no_date_is_refused(text):
    assert code_of(timestamps.clean_date, text) == "not_a_date"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("2019-05-28", "2019-05-28"),
        ("2019-05-28T10", "2019-05-28T10"),
        ("2019-05-28T10:55Z", "2019-05-28T10:55"),
        ("2019-05-28T10:55:09", "2019-05-28T10:55:09"),
        ("2019-05-28T10:55:09.5", "2019-05-28T10:55:09.500000"),
    ],
)
def test_a_bound_is_a_date_or_a_date_and_the_beginning_of_a_time(text, clean):
    assert timestamps.clean_date_or_moment(text) == clean


@pytest.mark.parametrize("text", ["", "2019-05", "2019-05-28T", "2019-05-28T24", "2019-02-29T10"])
def test_what_is_neither_a_date_nor_a_moment_is_refused_as_a_date(text):
    assert code_of(timestamps.clean_date_or_moment, text) == "not_a_date"


@pytest.mark.parametrize("text", ["", "1", "24", "10:60", "10:55:", "10:55:09.", "10:55:0"])
def test_what_no_time_begins_with_is_refused(text):
    assert code_of(timestamps.clean_time_prefix, text) == "not_a_time"
