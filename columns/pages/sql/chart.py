"""The chart of a result: its numbers over its first column, as lines over time or as bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from common.pages.text import shortened

WIDTH, HEIGHT = 640, 200
_MOST_BARS = 40
_MOST_SERIES = 4


@dataclass(frozen=True)
class Bar:
    """A row, with how long it is in a hundred."""

    name: str
    value: str
    percent: float


@dataclass(frozen=True)
class Series:
    """A column of numbers: ``points`` in a box of WIDTH by HEIGHT, as SVG has them, one text for
    each part without gaps; or ``bars``."""

    name: str
    minimum: str
    maximum: str
    points: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()


def chart_of(columns: Sequence[dict[str, str]], rows: Sequence[Sequence[Any]]) -> list[Series]:
    """One for each column of numbers; none where there is nothing to draw."""
    if len(rows) < 2 or len(columns) < 2:
        return []
    is_time = columns[0]["type"].startswith(("TIMESTAMP", "DATE"))
    if not is_time and (columns[0]["type"] != "VARCHAR" or len(rows) > _MOST_BARS):
        return []
    numbers = [n for n in range(1, len(columns)) if _are_numbers(rows, n)][:_MOST_SERIES]
    draw = _lines if is_time else _bars
    try:
        return [draw(columns[n]["name"], rows, n) for n in numbers]
    except (ValueError, OverflowError):  # a moment that no calendar has
        return []


def _are_numbers(rows: Sequence[Sequence[Any]], number: int) -> bool:
    cells = [row[number] for row in rows if row[number] is not None]
    return bool(cells) and all(_is_number(cell) for cell in cells)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _lines(name: str, rows: Sequence[Sequence[Any]], number: int) -> Series:
    """In the order of time, whatever that of the rows."""
    pairs = [(_seconds(row[0]), row[number]) for row in rows if row[0] is not None]
    timed = sorted(pairs, key=itemgetter(0))
    values = [float(value) for _, value in timed if value is not None]
    low, high = min(values), max(values)
    first, last = timed[0][0], timed[-1][0]
    parts: list[list[str]] = [[]]
    for at, value in timed:
        if value is None:
            parts.append([])
            continue
        x = WIDTH * (at - first) / ((last - first) or 1)
        y = HEIGHT - HEIGHT * (float(value) - low) / ((high - low) or 1)
        parts[-1].append(f"{x:.1f},{y:.1f}")
    return Series(name, _text(low), _text(high), tuple(" ".join(one) for one in parts if one))


def _bars(name: str, rows: Sequence[Sequence[Any]], number: int) -> Series:
    values = [float(row[number] or 0) for row in rows]
    maximum = max(map(abs, values)) or 1
    bars = tuple(
        Bar(
            "no value" if row[0] is None else str(row[0])[:60],
            _text(value),
            100 * abs(value) / maximum,
        )
        for row, value in zip(rows, values, strict=True)
    )
    return Series(name, _text(min(values)), _text(max(values)), bars=bars)


def _name(cell: Any) -> str:
    return "no value" if cell is None else shortened(str(cell))


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _text(value: float) -> str:
    return f"{value:,.6g}"
