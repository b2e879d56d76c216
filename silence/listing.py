"""Devices in lists: which, in what order, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from silence.models import Device

STATES = ("reporting", "overdue", "ignored")
# By kind and name, or those first that have been silent for longest.
ORDERS = ("name", "seen")
_FIELDS = {"name": ("kind", "name"), "seen": ("seen_at", "id")}
_IN_STATE = {
    "reporting": Q(overdue_at=None, is_ignored=False),
    "overdue": Q(overdue_at__isnull=False),
    "ignored": Q(is_ignored=True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty members ask for nothing; ``hidden`` are kinds of which nothing is shown."""

    kind: str = ""
    state: str = ""
    search: str = ""
    order: str = "name"
    hidden: Sequence[str] = ()


def page(wanted: Wanted, after: Sequence[Any] | None, size: int) -> tuple[list[Device], list[Any]]:
    """So many devices behind a position, and the position of the next page, empty at the end."""
    first, second = _FIELDS[wanted.order]
    found = _matching(wanted)
    if after is not None:
        one, other = _read(wanted.order, after)
        # The first condition is a range of the index.
        found = found.filter(**{f"{first}__gte": one})
        found = found.exclude(**{first: one, f"{second}__lte": other})
    listed = list(found.order_by(first, second)[: size + 1])
    if len(listed) <= size:
        return listed, []
    return listed[:size], _position(wanted.order, listed[size - 1])


def _matching(wanted: Wanted) -> QuerySet[Device]:
    found = Device.objects.all()
    if wanted.hidden:
        found = found.exclude(kind__in=wanted.hidden)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(_IN_STATE[wanted.state])
    if wanted.search:
        found = found.filter(name__icontains=wanted.search)
    return found


def _position(order: str, device: Device) -> list[Any]:
    if order == "name":
        return [device.kind, device.name]
    return [device.seen_at.isoformat(), device.pk]


def _read(order: str, position: Sequence[Any]) -> tuple[Any, Any]:
    one, other = position
    return (one if order == "name" else datetime.fromisoformat(one)), other
