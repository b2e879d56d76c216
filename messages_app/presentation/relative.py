"""Spans that move with the calendar, in UTC, and the days that they are at the moment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from messages_app.presentation import calendar

# The parameter that names a span: a number of days up to today, of hours up to now (``24h``), or
# the week from Monday to Sunday before this one (``week``).
LAST = "last"
WEEK = "week"
# Those that the page offers.
OFFERED = ("1", "24h", "7", WEEK, "30")
_MAXIMUM = 3660
_NUMBER = re.compile(r"([1-9][0-9]{0,3})(h?)")
_DATES = ("date", "date_from", "date_to")


@dataclass(frozen=True, slots=True)
class Relative:
    """A query string that asks for a moving span, and what people call it."""

    query: str
    days: str


@dataclass(frozen=True, slots=True)
class SpanLink:
    """One that is offered: its name, a query string that asks for it, and whether it is shown."""

    name: str
    query: str
    is_shown: bool


def spans(data: QueryDict) -> list[SpanLink]:
    """What else of the same query can be shown."""
    shown = _last(data)
    found = []
    for last in OFFERED:
        moving = _without_dates(data)
        moving[LAST] = last
        name = span_in_words(last).removeprefix("the ").capitalize()
        found.append(SpanLink(name, moving.urlencode(), last == shown))
    return found


def days_title(data: QueryDict) -> str:
    """What a query without a single day shows."""
    if shown := [span.name for span in spans(data) if span.is_shown]:
        return shown[0]
    first, last = (data.get(name, "").replace("T", " ") for name in ("date_from", "date_to"))
    if first and last:
        return f"{first} to {last}"
    if first:
        return f"All days from {first}"
    return f"All days to {last}" if last else "All days"


def relative(data: QueryDict, kind: str) -> Relative | None:
    """The same query for the newest day, or for the span up to now, where that is what it shows
    now."""
    moving = _without_dates(data)
    newest = calendar.newest_day(kind)
    if data.get("date") == newest:
        return Relative(moving.urlencode(), "the newest day")
    last = _last(data, newest)
    if not last:
        return None
    moving[LAST] = last
    return Relative(moving.urlencode(), span_in_words(last))


def span_in_words(last: str) -> str:
    if last == WEEK:
        return "last week"
    if last.endswith("h"):
        return "the last hour" if last == "1h" else f"the last {last[:-1]} hours"
    return "today" if last == "1" else f"the last {last} days"


def with_dates(data: QueryDict) -> QueryDict:
    """A query string whose span is named by its dates; what is no span is left out."""
    dates = dates_of(data.get(LAST, ""))
    if not dates:
        return data
    dated = data.copy()
    for name in _DATES:
        dated[name] = dates.get(name, "")
    return dated


def dates_of(last: str) -> Mapping[str, str]:
    """What a span is now, as parameters of a query; empty for what is none."""
    if last == WEEK:
        return dict(zip(("date_from", "date_to"), _last_week(), strict=True))
    match = _NUMBER.fullmatch(last)
    if match is None or (number := int(match[1])) > _MAXIMUM:
        return {}
    if match[2]:
        return {"date_from": (_now() - timedelta(hours=number)).isoformat(timespec="seconds")}
    return {"date_from": (_now().date() - timedelta(days=number - 1)).isoformat()}


def _without_dates(data: QueryDict) -> QueryDict:
    found = data.copy()
    for name in _DATES:
        found.pop(name, None)
    return found


def _last(data: QueryDict, newest: str = "~") -> str:
    """The span that a query shows now, or ''. One that ends on a day is as good as one without an
    end, where that is the newest day."""
    first, last = data.get("date_from", ""), data.get("date_to", "")
    if (first, last) == _last_week():
        return WEEK
    if data.get("date") or not first or (last and last < newest):
        return ""
    if "T" in first:
        begin = datetime.fromisoformat(first.removesuffix("Z"))
        hours = round((_now() - begin) / timedelta(hours=1))
        return f"{hours}h" if not last and 1 <= hours <= _MAXIMUM else ""
    days = (_now().date() - date.fromisoformat(first)).days + 1
    return str(days) if 1 <= days <= _MAXIMUM else ""


def _last_week() -> tuple[str, str]:
    """Its first and its last day, a Monday and a Sunday (ISO 8601)."""
    today = _now().date()
    monday = today - timedelta(days=today.weekday() + 7)
    return monday.isoformat(), (monday + timedelta(days=6)).isoformat()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
