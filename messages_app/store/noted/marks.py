"""Marks: which days of a kind changed since somebody read them as a whole.

A write marks its days *before* it changes the table: each gets a new random ``mark``, and the time.
Whoever keeps something that was made of a whole day keeps the day's mark with it. It is what the
table has now if both hold:

- The mark is still the same. Every later write has set another one, whether it then did anything,
  failed, or died with its process. Setting it before is what makes that so: a mark behind the write
  would be lost with a process that is killed between the two.
- No write was under way when it was read (open_writes.py). Then none that had set that mark, or
  one before, was still going on, and the reader saw all of each.

Marks are random numbers and never counted: so a day that is registered anew does not come to a mark
that it had before. Times are those of the database, one clock for all processes.

All writes pass the repository, which marks what it is about to change; editing a record in place
and taking records back do so too, though they leave the day's count alone. What goes past the
repository marks by itself: records that expire, and a table that is adopted. Records that move to
other partitions do not change.

Days are locked in the order of their dates, so that no two writes wait for each other.
"""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from messages_app.models import Day, OpenWrite
from messages_app.store.noted import open_writes

_BITS = 62


def marked() -> dict[str, Any]:
    """The columns of a day that is about to change."""
    return {"mark": secrets.randbits(_BITS), "changed_at": Now()}


@contextmanager
def changing(dates: Collection[str], kind: str) -> Iterator[None]:
    """Around a change of records of these dates; dates that are not registered have none."""
    with open_writes.noted(dates, kind):
        _mark(dates, kind)
        yield


def begin(dates: Collection[str], kind: str) -> OpenWrite:
    """Before records of these dates change, at least one; open_writes.end() tells that it is
    done."""
    write = open_writes.begin(dates, kind)
    _mark(dates, kind)
    return write


def mark_all(kind: str) -> None:
    """The same, of all days of a kind."""
    open_writes.begin_all(kind)
    with transaction.atomic(savepoint=False):
        _in_order(Day.objects.filter(kind=kind)).update(**marked())


def _mark(dates: Collection[str], kind: str) -> None:
    with transaction.atomic(savepoint=False):
        of_dates(set(dates), kind).update(**marked())


def of_dates(dates: Collection[str], kind: str) -> QuerySet[Day]:
    """To be updated, in a transaction."""
    found = Day.objects.filter(kind=kind, date__in=sorted(dates))
    return found if len(dates) <= 1 else _in_order(found)


def _in_order(found: QuerySet[Day]) -> QuerySet[Day]:
    locked = found.order_by("date").select_for_update()
    return Day.objects.filter(pk__in=locked.values("pk"))
