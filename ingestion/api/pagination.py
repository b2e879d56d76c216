"""Which imports a list shows, newest first, and where its next page begins."""

from typing import Any

from django.db.models import QuerySet

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


def page(found: QuerySet[Import], query: dict[str, Any]) -> tuple[list[Import], str]:
    """One page of the imports that a query (see ImportsQuery) asks for, and the cursor of the next.

    A new import does not shift the pages that follow. Raises BadCursor.
    """
    return keyset.page(
        _matching(found, query), query.get("cursor", ""), query["page_size"], _identity(query)
    )


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
