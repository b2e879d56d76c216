"""What a deletion is of, in words."""

from django.http import QueryDict

from common.pages.text import counted
from ingestion.running.ended.by_query.models import Deletion
from messages_app.presentation.active_filters import active_filters
from messages_app.presentation.filters import DATES, Filters
from messages_app.schema.schema import Schema


def what(deletion: Deletion, schema: Schema | None) -> str:
    """Such as ``2019-05-28, Local average min: 4 ms``; the query as it is where there is no such
    kind any more."""
    if deletion.keys is not None:
        return counted(len(deletion.keys), "named record")
    if schema is None or not deletion.query:
        return deletion.query or "all records"
    filters = Filters(QueryDict(deletion.query), schema)
    days = filters.data.get("date") or _span(filters)
    others = [f"{one.label}: {one.value}" for one in active_filters(filters) if not one.is_day]
    return ", ".join([days, *others])


def _span(filters: Filters) -> str:
    first, last = (filters.data.get(name, "").replace("T", " ") for name in DATES[1:])
    parts = [f"from {first}" if first else "", f"to {last}" if last else ""]
    return " ".join(filter(None, parts)) or "all days"
