"""The files of the demonstration: a month of two kinds, one with rejects, one that waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from common.csv_output import csv_line
from messages_app.schema.builtin import MESSAGE
from project.local.demo import KIND, PREFIX, readings

DAYS = 30
_WEEK = 7
_CLIMATE_NAMES = ("at", "room", "temperature", "humidity", "battery")
# What somebody typed by hand gets wrong: a column, and the value there.
_WRONG = ((4, "4,5"), (0, "yesterday"), (6, "n/a"), (4, "-1"), (1, ""))
_WRONG_EVERY = 8


def _number(name: str, unit: str, **rules: int) -> dict[str, Any]:
    label = name.capitalize()
    return {"name": name, "type": "number", "label": label, "unit": unit, "rules": rules}


CLIMATE: dict[str, Any] = {
    "name": KIND,
    "label": "Room climate (demonstration)",
    "fields": [
        {"name": "at", "type": "timestamp", "label": "At"},
        {"name": "room", "type": "text", "label": "Room", "rules": {"max_length": 40}},
        _number("temperature", "°C", min=-40, max=60),
        _number("humidity", "%", min=0, max=100),
        {**_number("battery", "%"), "type": "integer", "required": False},
    ],
    "time_field": "at",
    "identity": ["room"],
    # Its files come weekly.
    "report_minutes": 7 * 24 * 60,
}


@dataclass(frozen=True, slots=True)
class DemoFile:
    """``arrives`` is when a producer would have sent it."""

    key: str
    text: str
    arrives: datetime


def files(last: date) -> Iterator[DemoFile]:
    """Those of the month that ends with a day, in the order in which they arrive."""
    first = last - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    for day in days:
        name = f"{PREFIX}links/{day}.csv"
        yield DemoFile(name, _csv(MESSAGE.names, readings.links(day)), _behind(day))
    for start in range(0, DAYS, _WEEK):
        week = days[start : start + _WEEK]
        rows = (row for day in week for row in readings.climate(first, day))
        name = f"{PREFIX}rooms/{week[0]}-to-{week[-1]}.csv"
        yield DemoFile(name, _csv(_CLIMATE_NAMES, rows), _behind(week[-1]))
    yield _by_hand(last)
    yield _waiting(last)


def _by_hand(last: date) -> DemoFile:
    rows = []
    for number, row in enumerate(readings.links(last - timedelta(days=DAYS + 1))):
        if number % _WRONG_EVERY == _WRONG_EVERY - 1:
            column, wrong = _WRONG[number // _WRONG_EVERY % len(_WRONG)]
            row[column] = wrong
        rows.append(row)
    key = f"{PREFIX}by-hand/week-before.csv"
    return DemoFile(key, _csv(MESSAGE.names, rows), _behind(last) + timedelta(minutes=40))


def _waiting(last: date) -> DemoFile:
    """Of a logger with column names, times and commas of its own: it waits until somebody says
    how it is read."""
    lines = ["Zeit;Ort;Verbindung;Router;Lokal (ms);Gerät;Fern (ms)\n"]
    for row in list(readings.links(last))[:40]:
        at = datetime.fromtimestamp(int(row[0]), UTC)
        local, remote = row[4].replace(".", ","), row[6].replace(".", ",")
        cells = [f"{at:%d.%m.%Y %H:%M:%S}", row[1], row[2], row[3], local, row[5], remote]
        lines.append(";".join(cells) + "\n")
    key = f"{PREFIX}loggers/plant-b.csv"
    return DemoFile(key, "".join(lines), _behind(last) + timedelta(minutes=50))


def _csv(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "".join([csv_line(names), *map(csv_line, rows)])


def _behind(day: date) -> datetime:
    """Some minutes after the day has ended."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, minutes=5)
