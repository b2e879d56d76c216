"""What was heard is added to what is known of each device: by the listener, a little at a time.

However often, late or in whatever order it was heard, the result is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from silence import moments, reporting
from silence.models import Device, Heard
from silence.moments import Moment
from silence.waits import due_at, learned_wait
from silence.watch import locked_watch

log = structlog.get_logger(__name__)

# In one transaction: with SQLite nobody else writes meanwhile.
_MAX_HEARD = 100
_MAX_NAMES = 2_000
# Of a kind. Further ones are not followed: their name is none of a device, but of a record.
MAX_DEVICES = 250_000
_NAMES_A_STATEMENT = 500
# More files of the past may follow within that time.
_SETTLING = timedelta(minutes=2)
_CHANGED = (
    *("seen_at", "arrived_at", "moments", "usual", "learned_wait", "due_at"),
    *("rejected_at", "rejected_by", "rejected_for"),
)


@dataclass(slots=True)
class _News:
    """Of one device."""

    moments: list[Moment] = field(default_factory=list)
    # When the moments came in.
    arrivals: dict[int, datetime] = field(default_factory=dict)
    rejected: tuple[datetime, str, str] | None = None


def fold_some() -> bool:
    """Add some of what was heard; whether there is more."""
    if not Heard.objects.exists():
        return False
    with transaction.atomic():
        locked_watch()
        heard = _next()
        for kind in sorted({one.kind for one in heard}):
            _fold(kind, [one for one in heard if one.kind == kind])
        Heard.objects.filter(pk__in=[one.pk for one in heard]).delete()
    return Heard.objects.exists()


def _next() -> list[Heard]:
    """The oldest, of no more devices than a transaction takes, but at least one."""
    taken: list[Heard] = []
    names = 0
    for one in Heard.objects.order_by("pk")[:_MAX_HEARD].iterator(chunk_size=10):
        names += len(one.newest) + len(one.rejected)
        if taken and names > _MAX_NAMES:
            break
        taken.append(one)
    return taken


def _fold(kind: str, heard: Sequence[Heard]) -> None:
    news = _by_name(heard)
    known = _known(kind, news)
    seen = [name for name in news if name in known or news[name].moments]
    seen = _within_limit(kind, seen, known)
    minutes = reporting.of_kind(kind).minutes
    devices = [_renewed(known.get(name), kind, name, news[name], minutes) for name in sorted(seen)]
    Device.objects.bulk_create(
        devices,
        batch_size=_NAMES_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["kind", "name"],
        update_fields=_CHANGED,
    )


def _by_name(heard: Iterable[Heard]) -> dict[str, _News]:
    news: dict[str, _News] = defaultdict(_News)
    for one in heard:
        arrived = moments.as_seconds(one.arrived_at)
        for name, seconds in one.newest.items():
            moment = min(int(seconds), arrived)  # a clock that runs ahead
            news[name].moments.append((moment, one.source))
            first = news[name].arrivals.setdefault(moment, one.arrived_at)
            news[name].arrivals[moment] = min(first, one.arrived_at)
        for name, fault in one.rejected.items():
            found = (one.arrived_at, one.source, fault)
            news[name].rejected = max(found, news[name].rejected or found)
    return news


def _known(kind: str, names: Iterable[str]) -> dict[str, Device]:
    wanted = sorted(names)
    found: dict[str, Device] = {}
    for start in range(0, len(wanted), _NAMES_A_STATEMENT):
        some = wanted[start : start + _NAMES_A_STATEMENT]
        found |= {one.name: one for one in Device.objects.filter(kind=kind, name__in=some)}
    return found


def _within_limit(kind: str, names: list[str], known: dict[str, Device]) -> list[str]:
    new = sum(name not in known for name in names)
    if not new:
        return names
    room = MAX_DEVICES - Device.objects.filter(kind=kind).count()
    if new <= room:
        return names
    log.warning("too many devices", kind=kind, most=MAX_DEVICES)
    followed = [name for name in names if name not in known][: max(0, room)]
    return [name for name in names if name in known] + followed


def _renewed(
    known: Device | None, kind: str, name: str, news: _News, kind_minutes: int | None
) -> Device:
    """The row as it is to be, with what somebody set left as it is."""
    device = known or Device(kind=kind, name=name)
    before = [(seconds, source) for seconds, source in device.moments]
    latest = moments.merged(before, news.moments)
    seen_at = moments.as_datetime(latest[0][0])
    if known is None or seen_at > known.seen_at:
        device.seen_at = seen_at
        device.arrived_at = news.arrivals[latest[0][0]]
    device.moments = latest
    device.usual = moments.usual_interval(latest)
    device.learned_wait = learned_wait(device.usual)
    device.due_at = _due_at(device, kind_minutes)
    if news.rejected and (device.rejected_at is None or news.rejected[0] >= device.rejected_at):
        device.rejected_at, device.rejected_by, device.rejected_for = news.rejected
    device.pk = None  # so that it meets its row by its name
    return device


def _due_at(device: Device, kind_minutes: int | None) -> datetime | None:
    """Of files that come one behind the other, each with a part of the past, the last one counts:
    some time passes before a device that was not overdue is. Late data brings none back."""
    if device.is_ignored:
        return None
    minutes = kind_minutes if device.report_minutes is None else device.report_minutes
    due = due_at(device.seen_at, minutes, device.learned_wait)
    if due is None or device.overdue_at is not None:
        return due
    return max(due, device.arrived_at + _SETTLING)
