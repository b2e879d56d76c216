"""Looks for what is overdue, and for what is back: each is noticed once.

Nobody is blamed for what Sluice did not get to: what came before everything was handled is not
judged (``Backlog``), and while it stood still the time did not run (silence/standstill.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from silence import standstill
from silence.backlog import Backlog
from silence.models import Device, FileDue
from silence.watch import locked_watch

# Devices in one look; the others have to wait for the next.
_MAX_AT_ONCE = 20_000
# Of each kind, so many are named.
NAMED = 10
Event = Literal["overdue", "back"]


@dataclass(frozen=True, slots=True)
class DevicesNoticed:
    """So many devices of a kind are overdue, or back; the first of them by name."""

    event: Event
    kind: str
    count: int
    devices: Sequence[Device]


@dataclass(frozen=True, slots=True)
class FileNoticed:
    """A file of a format is overdue, or came after all."""

    event: Event
    file: FileDue


Noticed = DevicesNoticed | FileNoticed


def notice_overdue(
    now: datetime, backlog: Backlog, tell: Callable[[Noticed], None], *, is_idle: bool
) -> None:
    """Notice what is overdue and what is back; each is told in the transaction that notes it.

    ``is_idle`` says that no event of the bucket waits to be read.
    """
    with transaction.atomic():
        watch = locked_watch()
        may_blame = standstill.note(watch, now, backlog, is_idle=is_idle)
        for one in _noticed(now, backlog, may_blame=may_blame):
            tell(one)
        watch.checked_at = now
        watch.save()


def _noticed(now: datetime, backlog: Backlog, *, may_blame: bool) -> list[Noticed]:
    # "back" comes first: what is overdue again was back in between.
    found: list[Noticed] = [*_devices_back(now)]
    found += _files("back", now, FileDue.objects.filter(_is_back(now)))
    if not may_blame:
        return found
    until = min(now, backlog.since or now)
    late = FileDue.objects.filter(overdue_at=None, due_at__lte=until)
    return [*found, *_devices_overdue(now, backlog), *_files("overdue", now, late)]


def _is_back(now: datetime) -> Q:
    return Q(overdue_at__isnull=False, due_at__gt=now)


def _devices_back(now: datetime) -> list[DevicesNoticed]:
    back = Device.objects.filter(_is_back(now))
    found = _by_kind("back", back)
    if found:
        back.update(overdue_at=None)
    return found


def _devices_overdue(now: datetime, backlog: Backlog) -> list[DevicesNoticed]:
    due = Device.objects.filter(overdue_at=None, due_at__lte=min(now, backlog.since or now))
    for kind, until in backlog.by_kind.items():
        due = due.exclude(kind=kind, due_at__gt=until)
    some = due.order_by("due_at").values("pk")[:_MAX_AT_ONCE]
    if not Device.objects.filter(pk__in=some).update(overdue_at=now):
        return []
    return _by_kind("overdue", Device.objects.filter(overdue_at=now))


def _by_kind(event: Event, found: QuerySet[Device]) -> list[DevicesNoticed]:
    counts = found.order_by("kind").values("kind").annotate(count=Count("pk"))
    return [
        DevicesNoticed(
            *(event, one["kind"], one["count"]),
            list(found.filter(kind=one["kind"]).order_by("name")[:NAMED]),
        )
        for one in counts
    ]


def _files(event: Event, now: datetime, found: QuerySet[FileDue]) -> list[FileNoticed]:
    noticed = [FileNoticed(event, one) for one in found.order_by("pk")]
    if noticed:
        pks = [one.file.pk for one in noticed]
        at = now if event == "overdue" else None
        FileDue.objects.filter(pk__in=pks).update(overdue_at=at)
    return noticed
