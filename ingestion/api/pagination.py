"""Which imports a list shows, newest first, and where its next page begins; deletions too."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from common.paging import cursor as cursors
from common.paging import keyset
from ingestion.models import Import

_BY_VALUE = {
    "state": "state__in",
    "on_conflict": "on_conflict",
    "kind": "kind",
    "search": "key__icontains",
    "created_from": "created_at__gte",
    "created_to": "created_at__lte",
}
_PAGE = ("page_size", "cursor")

T = TypeVar("T", bound=Model)


def page(found: QuerySet[Import], query: dict[str, Any]) -> tuple[list[Import], str | None]:
    """One page of the imports that a query (see ImportsQuery) asks for, and the cursor of the next.

    A new import does not shift the pages that follow. Raises BadCursor.
    """
    return newest_first(_matching(found, query), query, _identity(query))


def newest_first(
    found: QuerySet[T], query: dict[str, Any], identity: list[Any]
) -> tuple[list[T], str | None]:
    """One page of what has ``created_at``, and the cursor of the next, which belongs to what
    ``identity`` says. Raises BadCursor."""
    if query.get("cursor"):
        created_at, pk = cursors.read(query["cursor"], identity)
        found = keyset.older(found, datetime.fromisoformat(created_at), pk)
    size = query["page_size"]
    listed = list(found.order_by(*keyset.NEWEST_FIRST)[: size + 1])
    if len(listed) <= size:
        return listed, None
    last: Any = listed[size - 1]
    position = [last.created_at.isoformat(), str(last.pk)]
    return listed[:size], cursors.write(position, identity)


def _matching(found: QuerySet[Import], query: dict[str, Any]) -> QuerySet[Import]:
    found = found.filter(
        **{lookup: query[name] for name, lookup in _BY_VALUE.items() if name in query}
    )
    if "has_rejects" in query:
        return found.filter(rejected__gt=0) if query["has_rejects"] else found.filter(rejected=0)
    return found


def _identity(query: dict[str, Any]) -> list[Any]:
    """What a cursor belongs to: the filters."""
    return [
        [name, sorted(value) if isinstance(value, list) else str(value)]
        for name, value in sorted(query.items())
        if name not in _PAGE
    ]
