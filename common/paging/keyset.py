"""Pages of rows by the moment of their creation and their key: what comes between shifts nothing.

Each has two conditions, of which the first is a range of the index.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from common.paging import cursor as cursors

NEWEST_FIRST = ("-created_at", "-pk")
OLDEST_FIRST = ("created_at", "pk")

_Row = TypeVar("_Row", bound=Model)


def page(
    found: "QuerySet[_Row]", cursor: str, size: int, identity: list[Any]
) -> tuple[list[_Row], str]:
    """So many rows behind a cursor, newest first, and the cursor of the next page, empty on the
    last; it belongs to what ``identity`` says. Raises BadCursor."""
    if cursor:
        created_at, pk = cursors.read(cursor, identity)
        found = older(found, datetime.fromisoformat(created_at), pk)
    listed = list(found.order_by(*NEWEST_FIRST)[: size + 1])
    if len(listed) <= size:
        return listed, ""
    last: Any = listed[size - 1]
    return listed[:size], cursors.write([last.created_at.isoformat(), str(last.pk)], identity)


def older(found: "QuerySet[_Row]", created_at: datetime, pk: Any) -> "QuerySet[_Row]":
    """Those that stand behind this row, newest first."""
    found = found.filter(created_at__lte=created_at).exclude(created_at=created_at, pk__gte=pk)
    return found.order_by(*NEWEST_FIRST)


def newer(found: "QuerySet[_Row]", created_at: datetime, pk: Any) -> "QuerySet[_Row]":
    """Those that stand in front of this row, the nearest first."""
    found = found.filter(created_at__gte=created_at).exclude(created_at=created_at, pk__lte=pk)
    return found.order_by(*OLDEST_FIRST)
