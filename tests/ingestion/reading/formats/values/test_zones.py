"""Zones: their names and offsets, and the hours that clocks skip or show twice."""

from datetime import timedelta

import pytest

from ingestion.reading.formats.values.zones import minutes_in, zone_of
from messages_app.schema.validation import Invalid

HOUR = 3600
# 2019-03-31 and 2019-10-27, 00:00 UTC.
SPRING, AUTUMN = 1553990400, 1572134400


@pytest.mark.parametrize(
    ("name", "minutes"), [("+05:30", 330), ("-03:30", -210), ("-0900", -540), ("+00:00", 0)]
)
def test_an_offset_is_a_zone(name, minutes):
    assert zone_of(name).utcoffset(None) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "name",
    [
        *("", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/passwd", "a\0b", "x" * 300),
        *("zone.tab", "Europe/Zürich", "\udc80", "UTC ", "+24:00", "-99:00", "+1:00"),
    ],
)
def test_what_names_no_zone_is_refused(name):
    with pytest.raises(ValueError):  # noqa: PT011 its sentence is not shown
        zone_of(name)


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Zurich", (1970, 1, 1, 1, 0), (0, False)),
        ("Europe/Zurich", (2019, 3, 31, 1, 59), (SPRING + HOUR - 60, False)),
        ("Europe/Zurich", (2019, 3, 31, 3, 0), (SPRING + HOUR, False)),
        ("Europe/Zurich", (2019, 10, 27, 1, 59), (AUTUMN - 60, False)),
        ("Europe/Zurich", (2019, 10, 27, 2, 0), (AUTUMN, True)),
        ("Europe/Zurich", (2019, 10, 27, 2, 59), (AUTUMN + HOUR - 60, True)),
        ("Europe/Zurich", (2019, 10, 27, 3, 0), (AUTUMN + 2 * HOUR, False)),
        ("America/New_York", (2019, 3, 31, 2, 30), (SPRING + 6 * HOUR + 1800, False)),
        ("+01:00", (2019, 3, 31, 2, 30), (SPRING + HOUR + 1800, False)),
    ],
)
def test_a_clock_on_a_wall_shows_a_moment(zone, local, expected):
    assert minutes_in(zone_of(zone))(*local) == expected


@pytest.mark.parametrize(("hour", "minute"), [(2, 0), (2, 59)])
def test_an_hour_that_clocks_pass_over_is_refused(hour, minute):
    with pytest.raises(Invalid) as raised:
        minutes_in(zone_of("Europe/Zurich"))(2019, 3, 31, hour, minute)
    assert raised.value.code == "skipped_time"
    assert "in Europe/Zurich" in str(raised.value)
