"""How many records were looked through where none matches."""

from django.db.models import Sum

from messages_app.store import day_index
from messages_app.store.query import Query


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
