"""Which imports a list shows, newest first, and where its next page begins."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from common import cursor as cursors
from ingestion.models import Import

_BY_VALUE = {
    "state": "state__in",
    "on_conflict": "on_conflict",
    "search": "key__icontains",
    "created_from": "created_at__gte",
    "created_to": "created_at__lte",
}
_PAGE = ("page_size", "cursor")


def page(found: QuerySet[Import], query: dict[str, Any]) -> tuple[list[Import], str | None]:
    """One page of the imports that a query (see ImportsQuery) asks for, and the cursor of the next.

    A new import does not shift the pages that follow. Raises BadCursor.
    """
    found = _matching(found, query)
    if query.get("cursor"):
        found = _behind(found, *cursors.read(query["cursor"], _identity(query)))
    size = query["page_size"]
    listed = list(found.order_by("-created_at", "-pk")[: size + 1])
    if len(listed) <= size:
        return listed, None
    last = listed[size - 1]
    position = [last.created_at.isoformat(), str(last.pk)]
    return listed[:size], cursors.write(position, _identity(query))


def _matching(found: QuerySet[Import], query: dict[str, Any]) -> QuerySet[Import]:
    found = found.filter(
        **{lookup: query[name] for name, lookup in _BY_VALUE.items() if name in query}
    )
    if "has_rejects" in query:
        return found.filter(rejected__gt=0) if query["has_rejects"] else found.filter(rejected=0)
    return found


def _behind(found: QuerySet[Import], created_at: str, pk: str) -> QuerySet[Import]:
    # Two conditions, of which the first is a range of the index.
    moment = datetime.fromisoformat(created_at)
    return found.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)


def _identity(query: dict[str, Any]) -> list[Any]:
    """What a cursor belongs to: the filters."""
    return [
        [name, sorted(value) if isinstance(value, list) else str(value)]
        for name, value in sorted(query.items())
        if name not in _PAGE
    ]
