"""How many records there are of each day, over all days: from the register of days."""

from datetime import date
from typing import Any

from messages_app.store import day_index
from messages_app.store.query import Query

# More bars are too thin to be clicked.
_MAX_BARS = 300


def overview(kind: str, query: Query) -> dict[str, Any]:
    """``{"days", "bars": [[first date, last date, count, is shown], …]}``; a bar is of so many
    days. No bars where all records are of one day."""
    found = day_index.shown().filter(kind=kind, count__gt=0).order_by("date")
    counts = list(found.values_list("date", "count"))
    if len(counts) < 2:
        return {"days": 1, "bars": []}
    first, last = (date.fromisoformat(counts[end][0]).toordinal() for end in (0, -1))
    days = -(-(last - first + 1) // _MAX_BARS)
    sums = [0] * -(-(last - first + 1) // days)
    for day, count in counts:
        sums[(date.fromisoformat(day).toordinal() - first) // days] += count
    bars = []
    for number, count in enumerate(sums):
        start = first + number * days
        ends = (start, min(start + days - 1, last))
        from_, to = (date.fromordinal(end).isoformat() for end in ends)
        bars.append([from_, to, count, _is_shown(query, from_, to)])
    return {"days": days, "bars": bars}


def _is_shown(query: Query, first: str, last: str) -> bool:
    from_, to = query.date or query.date_from, query.date or query.date_to
    return (not from_ or last >= from_) and (not to or first <= to)
