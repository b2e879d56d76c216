"""How long the span of a query is, and the span of the same length before it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from columns.asking.spans import length_of_spans
from messages_app.store import day_index
from messages_app.store.query import Query

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
# More points of a small line nobody sees.
_MAX_POINTS = 40


def before(query: Query) -> Query | None:
    """The same for as long a time before; None where the query has no beginning."""
    begin, end = _begin(query), _end(query)
    if begin is None or end <= begin:
        return None
    try:
        first, last = begin - (end - begin), begin - _MICROSECOND
    except OverflowError:
        return None
    return replace(
        query,
        date="",
        date_from=first.date().isoformat(),
        first_time=_unless_midnight(first, first),
        date_to=last.date().isoformat(),
        last_time=_unless_midnight(last, begin),
    )


def bucket_of(kind: str, query: Query) -> int:
    """So many seconds that a line over the whole span has few points."""
    begin, end = _begin(query), _end(query)
    if begin is None or not (query.date or query.date_to):
        days = day_index.shown().filter(kind=kind, count__gt=0).order_by("date")
        dates = days.values_list("date", flat=True)
        first, last = dates.first(), dates.last()
        if first is None or last is None:
            return 1
        begin = begin or _start_of(first)
        end = end if query.date_to else _start_of(last) + _DAY
    length = max(end - begin, _MICROSECOND) // _MICROSECOND
    return max(1, length_of_spans(length, _MAX_POINTS) // 1_000_000)


def _begin(query: Query) -> datetime | None:
    first = query.date or query.date_from
    return _start_of(first, query.first_time) if first else None


def _end(query: Query) -> datetime:
    """Of an open span that begins at a moment, now; else the end of its last day."""
    last = query.date or query.date_to
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    if not last and query.first_time:
        return now
    if query.last_time:
        return _start_of(last, query.last_time)
    return _start_of(last or now.date().isoformat()) + _DAY


def _start_of(day: str, moment: str = "") -> datetime:
    return datetime.combine(
        date.fromisoformat(day), time.fromisoformat(moment) if moment else time()
    )


def _unless_midnight(moment: datetime, end: datetime) -> str:
    """A time of day; '' where the day is whole."""
    return "" if end.time() == time() else moment.time().isoformat(timespec="microseconds")
