"""Writes that are under way: whoever reads a whole day can tell whether it holds all of it.

A write is noted before its days are marked (store/noted/marks.py), and the note is taken away when
the table has answered all of its requests. One whose end is not known, as a service failed or its
process died, leaves its note. That counts for as long as a write may last at most: by then even its
queue takes its task for dead.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from common.errors import Conflict, NotFound, PreconditionFailed
from messages_app.models import OpenWrite
from messages_app.schema.schema import MESSAGES

# What the table answers when it refuses a write: nothing of it is under way then.
_REFUSED = (Conflict, NotFound, PreconditionFailed)
_EVERY_DATE = ("", "~")


def begin(dates: Collection[str], kind: str = MESSAGES) -> OpenWrite:
    """Before the days of these dates are marked."""
    first, last = min(dates, default=""), max(dates, default="")
    return OpenWrite.objects.create(kind=kind, first_date=first, last_date=last)


def begin_all(kind: str) -> OpenWrite:
    """Before all days of a kind are marked."""
    return begin(_EVERY_DATE, kind)


def end(write: OpenWrite) -> None:
    """The table has answered."""
    OpenWrite.objects.filter(pk=write.pk).delete()


@contextmanager
def noted(dates: Collection[str], kind: str = MESSAGES) -> Iterator[None]:
    """Around marking the days and writing."""
    if not dates:
        yield
        return
    write = begin(dates, kind)
    try:
        yield
    except _REFUSED:
        end(write)
        raise
    end(write)


def of_a_day() -> Exists:
    """Whether any is under way, for a statement about something with a kind and a date."""
    return Exists(
        _lasting().filter(
            kind=OuterRef("kind"),
            first_date__lte=OuterRef("date"),
            last_date__gte=OuterRef("date"),
        )
    )


def forget_dead() -> None:
    """Those that cannot be under way any more."""
    OpenWrite.objects.exclude(pk__in=_lasting().values("pk")).delete()


def _lasting() -> QuerySet[OpenWrite]:
    longest = timedelta(seconds=settings.VISIBILITY_SECONDS)
    return OpenWrite.objects.filter(begun_at__gt=Now() - longest)
