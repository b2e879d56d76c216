"""Which day has which file, and which days are due.

A file is written under a new name each time and never changed, so that whoever reads one reads a
whole one. The row in SQL is changed behind it; then the file before is deleted. A file that no row
names, since its builder died in between, is deleted by the next builder of its day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from columns.models import ColumnFile
from common.aws import s3
from messages_app.models import Day
from messages_app.store import day_index
from messages_app.store.noted import open_writes

# Below what Sluice keeps for itself in the bucket: never taken for a file to import.
PREFIX = "_sluice/columns/"
_DELETING_REQUESTS = 2
# A day is built when nothing was written for so long, or its file is so old.
_SETTLED_SECONDS = 5
_OLD_SECONDS = 900


@dataclass(frozen=True, slots=True)
class DayNow:
    """A day of the register as a builder finds it, by the clock of the database."""

    kind: str
    date: str
    mark: int
    read_at: datetime
    is_quiet: bool


def day_now(kind: str, date: str) -> DayNow | None:
    """None where no record can be."""
    return days_now(kind, [date]).get(date)


def days_now(kind: str, dates: Iterable[str]) -> dict[str, DayNow]:
    """Those of these dates where records can be."""
    found = day_index.shown().filter(kind=kind, date__in=list(dates))
    # In one statement: a write that begins behind it sets another mark.
    found = found.annotate(now=Now(), is_written=open_writes.of_a_day())
    return {
        date: DayNow(kind, date, mark, now, not is_written)
        for date, mark, now, is_written in found.values_list("date", "mark", "now", "is_written")
    }


def key_of(kind: str, date: str, name: str) -> str:
    return f"{_prefix(kind, date)}{name}.parquet"


def keep(day: DayNow, name: str, records: int, size: int) -> bool:
    """Say that the file of this name has the day; '' that there is none. False when another
    builder has read the day later, and its file stays. Raises ServiceError with the row
    changed."""
    with transaction.atomic():
        row = ColumnFile.objects.select_for_update().filter(kind=day.kind, date=day.date).first()
        is_kept = row is None or row.read_at <= day.read_at
        before = row.name if row else ""
        if is_kept:
            ColumnFile.objects.update_or_create(
                kind=day.kind,
                date=day.date,
                defaults={
                    "name": name,
                    "mark": day.mark,
                    "is_quiet": day.is_quiet,
                    "read_at": day.read_at,
                    "records": records,
                    "bytes": size,
                },
            )
    current, other = (name, before) if is_kept else (before, name)
    _tidy(day, current, other)
    return is_kept


def _tidy(day: DayNow, current: str, other: str) -> None:
    """Delete a file of the day, and those that nobody has named for long."""
    bucket = settings.DATA_BUCKET
    long_ago = timezone.now() - timedelta(seconds=settings.VISIBILITY_SECONDS)
    known = {key_of(day.kind, day.date, one) for one in (current, other) if one}
    for stored, written in s3.list_objects(bucket, _prefix(day.kind, day.date)).objects:
        if stored.key == key_of(day.kind, day.date, current):
            continue
        if stored.key in known or written < long_ago:
            s3.delete_all(bucket, stored.key, _DELETING_REQUESTS)


def due(kind: str) -> Iterator[str]:
    """The dates that have no file of what the table has, and are quiet; the newest first."""
    dates = _due().filter(kind=kind).order_by("-date").values_list("date", flat=True)
    yield from list(dates)


def due_kinds() -> set[str]:
    """The kinds that have such days, or files of days that are not there any more."""
    return {*_kinds(_due()), *_kinds(_gone())}


def _due() -> QuerySet[Day]:
    """Not while it is written, and not between two writes, unless that goes on for long."""
    own = ColumnFile.objects.filter(kind=OuterRef("kind"), date=OuterRef("date"))
    known = own.filter(Q(is_quiet=True) | Q(name=""), mark=OuterRef("mark"))
    recent = own.filter(read_at__gt=Now() - timedelta(seconds=_OLD_SECONDS))
    is_settled = Q(changed_at=None) | Q(changed_at__lte=Now() - timedelta(seconds=_SETTLED_SECONDS))
    days = day_index.shown().filter(~Exists(known), ~open_writes.of_a_day())
    return days.filter(is_settled | ~Exists(recent))


def _gone() -> QuerySet[ColumnFile]:
    days = Day.objects.filter(kind=OuterRef("kind"), date=OuterRef("date"))
    return ColumnFile.objects.filter(~Exists(days))


def _kinds(found: QuerySet[Day] | QuerySet[ColumnFile]) -> list[str]:
    return list(found.order_by().values_list("kind", flat=True).distinct())


def forget_gone(kind: str) -> None:
    """Delete the files of days that are not registered any more. Raises ServiceError."""
    for row in _gone().filter(kind=kind):
        s3.delete_all(settings.DATA_BUCKET, _prefix(kind, row.date), _DELETING_REQUESTS)
        row.delete()


def forget(kind: str, date: str, name: str) -> None:
    """Have a day built again, whose file cannot be read."""
    ColumnFile.objects.filter(kind=kind, date=date, name=name).delete()


@dataclass(frozen=True, slots=True)
class DayState:
    """A day that is asked about. ``is_current`` tells whether its file has what the table has."""

    date: str
    count: int
    file: ColumnFile | None
    is_current: bool


def states(kind: str, first: str = "", last: str = "") -> list[DayState]:
    """The registered days from one date to another, '' for an open end, in their order."""
    span = {"date__gte": first, "date__lte": last}
    asked = {"kind": kind, **{name: end for name, end in span.items() if end}}
    days = day_index.shown().filter(**asked)
    rows = ColumnFile.objects.filter(**asked).exclude(name="")
    # The days first: a mark that is older than the file is at worst an answer too cautious.
    known = list(days.order_by("date").values_list("date", "count", "mark"))
    files = {row.date: row for row in rows}
    return [
        DayState(date, count, row, row is not None and row.is_quiet and row.mark == mark)
        for date, count, mark in known
        for row in [files.get(date)]
    ]


def _prefix(kind: str, date: str) -> str:
    return f"{PREFIX}{kind}/{date}/"
