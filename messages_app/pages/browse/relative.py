"""Days that move with the calendar: the newest one, and the last so many."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from messages_app.pages.browse import calendar

# The parameter that names so many days up to today, UTC.
LAST = "last"
_MOST_DAYS = 3660
_DATES = ("date", "date_from", "date_to")


@dataclass(frozen=True, slots=True)
class Relative:
    """A query string that asks for moving days, and what people call these."""

    query: str
    days: str


def relative(data: QueryDict, kind: str) -> Relative | None:
    """The same query for the newest day, or for the last days up to today, where that is what
    it shows now."""
    newest = calendar.newest_day(kind)
    moving = data.copy()
    for name in _DATES:
        moving.pop(name, None)
    if data.get("date") == newest:
        return Relative(moving.urlencode(), "the newest day")
    first, last = data.get("date_from", ""), data.get("date_to", "")
    if data.get("date") or not first or (last and last < newest):
        return None
    count = (_today() - date.fromisoformat(first)).days + 1
    if not 1 <= count <= _MOST_DAYS:
        return None
    moving[LAST] = str(count)
    return Relative(moving.urlencode(), words(str(count)))


def words(last: str) -> str:
    return "today" if last == "1" else f"the last {last} days"


def with_dates(data: QueryDict) -> QueryDict:
    """A query string whose last days are named by their first date; what is no number of days is
    left out."""
    last = data.get(LAST, "")
    if not (last.isascii() and last.isdigit() and 1 <= int(last[:5]) <= _MOST_DAYS):
        return data
    dated = data.copy()
    dated["date"] = ""
    dated["date_from"] = (_today() - timedelta(days=int(last[:5]) - 1)).isoformat()
    return dated


def _today() -> date:
    return datetime.now(UTC).date()
