"""The rows of a ranking as the page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from columns.asking.question import Group
from columns.asking.ranking import Ranked, Ranking
from columns.pages.numbers import shown
from columns.pages.ranking.sparkline import Sparkline, sparkline
from common.pages.text import shortened

NUMBERS = ("count", "mean", "p50", "p95", "min", "max")
LABELS = {
    "count": "Count",
    "mean": "Mean",
    "p50": "p50",
    "p95": "p95",
    "min": "Min",
    "max": "Max",
}
# Sums of floats differ in their last digits.
_NO_CHANGE = 1e-9


@dataclass(frozen=True, slots=True)
class Cell:
    """A number; ``change`` says how it differs from the one of the span before, '' if unknown."""

    label: str
    text: str
    change: str


@dataclass(frozen=True, slots=True)
class Row:
    """A group, None for the records without a value. ``became`` is *new* or *gone* where it has
    records in one of the two spans only."""

    name: str | None
    short: str
    became: str
    cells: list[Cell]
    last: datetime | None
    line: Sparkline | None


def rows_of(ranking: Ranking, bucket: int, *, compares: bool) -> list[Row]:
    starts = [point.start for one in ranking.groups if one.now for point in one.now.series]
    ends = (min(starts), max(starts)) if starts else None
    return [
        Row(
            name=one.name,
            short=shortened(one.name or ""),
            became=_became(one) if compares else "",
            cells=list(_cells(one)),
            last=one.now.last if one.now else None,
            line=sparkline(one.now.series, bucket, ends) if one.now and ends else None,
        )
        for one in ranking.groups
    ]


def _became(one: Ranked) -> str:
    if one.now is None:
        return "gone"
    return "" if one.before else "new"


def _cells(one: Ranked) -> Iterator[Cell]:
    for name in NUMBERS:
        now, before = _number(one.now, name), _number(one.before, name)
        text = f"{now:,}" if name == "count" and now is not None else shown(now)
        yield Cell(LABELS[name], text, change(now, before))


def _number(group: Group | None, name: str) -> float | None:
    number: float | None = getattr(group, name) if group else None
    return number


def change(now: float | None, before: float | None) -> str:
    """``+1.5 (+10.0%)``; without the share of what was 0."""
    if now is None or before is None:
        return ""
    step = now - before
    if abs(step) <= _NO_CHANGE * max(abs(now), abs(before)):
        return "±0"
    sign = "+" if step > 0 else "-"
    share = f" ({sign}{abs(step / before):,.1%})" if before else ""
    return f"{sign}{shown(abs(step))}{share}"
