"""What is told where no record matches: how many were looked through, and what is near."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import Sum

from messages_app.pages.browse.filters import Filters
from messages_app.pages.kind_pages import KindPages
from messages_app.store import day_index
from messages_app.store.query import Query

# So many records of the same days tell which values there are.
_SAMPLE = 50
_OFFERED_VALUES = 3
_SIMILARITY = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    label: str
    url: str


def count_of_days(kind: str, query: Query) -> int:
    """How many records the days of a query have, by the register."""
    found = day_index.shown().filter(kind=kind)
    if query.date:
        found = found.filter(date=query.date)
    if query.date_from:
        found = found.filter(date__gte=query.date_from)
    if query.date_to:
        found = found.filter(date__lte=query.date_to)
    count: int = found.aggregate(sum=Sum("count", default=0))["sum"]
    return max(0, count)


def explained(here: KindPages, filters: Filters) -> dict[str, Any]:
    """For the template."""
    return {
        "looked_through": count_of_days(here.kind.name, filters.query),
        "offers": list(_values(here, filters)),
    }


def _values(here: KindPages, filters: Filters) -> Iterator[Offer]:
    """For each text that is asked for and was not seen: those most like it, else some."""
    asked = [field for field in filters.schema.texts if filters.data.getlist(field.name)]
    if not asked:
        return
    query = filters.query
    days = Query(query.date, date_from=query.date_from, date_to=query.date_to)
    sample = here.repository.page(days, _SAMPLE).messages
    for field in asked:
        seen = sorted({one.text(field.name) for one in sample} - {""})
        wanted = filters.data.getlist(field.name)
        if set(wanted) & set(seen):
            continue
        near = get_close_matches(wanted[0], seen, _OFFERED_VALUES, _SIMILARITY)
        for value in near or seen[:_OFFERED_VALUES]:
            yield Offer(f"{field.label}: {value}", filters.url({field.name: value}))
