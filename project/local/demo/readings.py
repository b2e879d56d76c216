"""What devices would have measured: the same for the same days, whenever and wherever it is made.

Links between sites are slow at noon; of the rooms' sensors one drifts, one fails now and then, and
one falls silent.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import cos, pi

SITES = ("harbour", "library", "station", "town hall")
ROOMS = ("archive", "atrium", "cellar", "greenhouse", "office", "workshop")
_LINK_MINUTES = 30
_CLIMATE_MINUTES = 60
_DRIFTS, _FAILS, _FALLS_SILENT = "cellar", "greenhouse", "workshop"
_SILENT_FROM_DAY = 19  # of the month that is shown
_DRIFT_A_DAY = 0.9  # percent of humidity
_FAILURE_EVERY = 37  # readings
_ERROR_VALUE = "850.0"  # what a broken sensor says; no room is so warm


def links(day: date) -> Iterator[list[str]]:
    """Rows of the built-in kind, of one day, in order."""
    chance = random.Random(day.isoformat())  # noqa: S311 - made to look real, not to be secret
    for at in _times(day, _LINK_MINUTES):
        busy = _busy(at)
        for number, site in enumerate(SITES):
            peak = 120 if chance.random() < 0.004 else 0
            local = max(0.2, chance.gauss(3 + 1.5 * number + 3 * busy, 0.4))
            remote = max(1.0, chance.gauss(25 + 12 * number + 35 * busy, 3) + peak)
            yield [
                str(int(at.timestamp()) + 7 * number),
                site,
                ("wired", "wireless")[number % 2],
                f"router-{number + 1}",
                f"{local:.2f}",
                f"device-{chance.randrange(9) + 1}",
                f"{remote:.2f}",
            ]


def climate(first: date, day: date) -> Iterator[list[str]]:
    """Rows of the rooms' sensors, of one day of the month that began on ``first``."""
    chance = random.Random(f"rooms {day}")  # noqa: S311
    since = (day - first).days
    for hour, at in enumerate(_times(day, _CLIMATE_MINUTES)):
        for number, room in enumerate(ROOMS):
            if room == _FALLS_SILENT and since >= _SILENT_FROM_DAY:
                continue
            temperature = f"{chance.gauss(17 + number + 3 * _busy(at), 0.3):.1f}"
            humidity = chance.gauss(45 + 2 * number - 4 * _busy(at), 1)
            if room == _DRIFTS:
                humidity += _DRIFT_A_DAY * since
            if room == _FAILS and (24 * since + hour) % _FAILURE_EVERY == _FAILURE_EVERY - 1:
                temperature = _ERROR_VALUE
            battery = max(5, 100 - 2 * since - number)
            row = [at.isoformat().replace("+00:00", "Z"), room, temperature]
            yield [*row, f"{humidity:.1f}", str(battery)]


def _times(day: date, minutes: int) -> Iterator[datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for number in range(24 * 60 // minutes):
        yield start + timedelta(minutes=number * minutes)


def _busy(at: datetime) -> float:
    """0 at midnight, 1 at noon."""
    return (1 - cos(2 * pi * (at.hour + at.minute / 60) / 24)) / 2
