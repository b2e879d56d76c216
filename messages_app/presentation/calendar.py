"""The days around the one that is shown, with how many records each has. All of it is from the
register of days: no record is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil, log

from messages_app.store import day_index

_WEEK = 7
_LEVELS = 4

# The address of the page that shows a day.
URLOfDay = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class StripDay:
    """``level`` is 0 without records, and up to 4 where there are most of them. ``url`` is empty
    where there never were any."""

    day: date
    count: int
    level: int
    url: str
    is_shown: bool

    @property
    def short_count(self) -> str:
        """``20``, ``1.2k``, ``34k``, ``5.0M``."""
        size, unit = float(self.count), ""
        for larger in "kMG":
            if size < 1000:
                break
            size, unit = size / 1000, larger
        return f"{size:.1f}{unit}" if unit and size < 10 else f"{size:.0f}{unit}"


@dataclass(frozen=True, slots=True)
class Strip:
    """Whole weeks, and the nearest days with records: before and behind the shown day, and before
    and behind the weeks. ``newest`` is there when it lies behind the weeks."""

    weeks: list[list[StripDay]]
    previous: StripDay | None
    next: StripDay | None
    earlier: StripDay | None
    later: StripDay | None
    newest: StripDay | None

    @property
    def shown(self) -> StripDay | None:
        return next((cell for week in self.weeks for cell in week if cell.is_shown), None)


def newest_day(kind: str) -> str:
    """The newest UTC date that has records, else one that is being written to, else today."""
    known = day_index.shown().filter(kind=kind).order_by("-date").values_list("date", flat=True)
    found = known.filter(count__gt=0).first() or known.first()
    return found or datetime.now(UTC).date().isoformat()


def strip(kind: str, around: date, shown: date | None, url: URLOfDay) -> Strip:
    """The week of ``around``, with the one before and the one behind it."""
    days = _weeks(around)
    first, last = days[0].isoformat(), days[-1].isoformat()
    known = day_index.shown().filter(kind=kind).order_by("date").values_list("date", "count")
    counts = dict(known.filter(date__gte=first, date__lte=last))
    with_records = known.filter(count__gt=0)
    earlier = _far(with_records.filter(date__lt=first).last(), url)
    later = _far(with_records.filter(date__gt=last).first(), url)
    cells = [_cell(day, counts, shown, url) for day in days]
    before = [cell for cell in cells if shown and cell.day < shown]
    behind = [cell for cell in cells if shown and cell.day > shown]
    return Strip(
        weeks=[cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)],
        previous=_nearest(before[::-1], earlier),
        next=_nearest(behind, later),
        earlier=earlier,
        later=later,
        newest=_far(with_records.last(), url) if later else None,
    )


def _weeks(around: date) -> list[date]:
    """The days of three weeks from Monday to Sunday, as far as the calendar goes."""
    monday = around.toordinal() - around.weekday()
    days = range(max(1, monday - _WEEK), min(date.max.toordinal(), monday + 2 * _WEEK - 1) + 1)
    return [date.fromordinal(day) for day in days]


def _cell(day: date, counts: Mapping[str, int], shown: date | None, url: URLOfDay) -> StripDay:
    name = day.isoformat()
    count = max(0, counts.get(name, 0))
    maximum = max(counts.values(), default=0)
    # By the order of magnitude: a day with a tenth of the records is not yet empty.
    level = max(1, ceil(_LEVELS * log(count + 1) / log(maximum + 1))) if count else 0
    return StripDay(day, count, level, url(name) if name in counts else "", day == shown)


def _nearest(cells: list[StripDay], beyond: StripDay | None) -> StripDay | None:
    """The first of the days with records, or the one beyond the weeks."""
    return next((cell for cell in cells if cell.count), beyond) if cells else None


def _far(found: tuple[str, int] | None, url: URLOfDay) -> StripDay | None:
    """A day outside of the weeks."""
    if found is None:
        return None
    return StripDay(date.fromisoformat(found[0]), found[1], _LEVELS, url(found[0]), False)
