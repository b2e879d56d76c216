"""Pages of rows by the moment of their creation and their key: what comes between shifts nothing.

Each has two conditions, of which the first is a range of the index.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

NEWEST_FIRST = ("-created_at", "-pk")
OLDEST_FIRST = ("created_at", "pk")

_Row = TypeVar("_Row", bound=Model)


def older(found: "QuerySet[_Row]", created_at: datetime, pk: Any) -> "QuerySet[_Row]":
    """Those that stand behind this row, newest first."""
    found = found.filter(created_at__lte=created_at).exclude(created_at=created_at, pk__gte=pk)
    return found.order_by(*NEWEST_FIRST)


def newer(found: "QuerySet[_Row]", created_at: datetime, pk: Any) -> "QuerySet[_Row]":
    """Those that stand in front of this row, the nearest first."""
    found = found.filter(created_at__gte=created_at).exclude(created_at=created_at, pk__lte=pk)
    return found.order_by(*OLDEST_FIRST)
