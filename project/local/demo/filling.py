"""Fills an empty stack with the demonstration, and removes all of it."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from audit.actor import Actor, Channel
from common.aws import s3
from common.deadline import Deadline
from ingestion.models import AT_WORK, DeletedImport, Import
from ingestion.running import lifecycle
from ingestion.running.ended import deletion
from messages_app.kinds import making, registry
from messages_app.schema.record import Record
from messages_app.store import day_index
from messages_app.store.conditional.taking_back import Reversal
from messages_app.store.query import Query
from project.local.demo import KIND, PREFIX
from project.local.demo.files import CLIMATE, DemoFile, files

# Records that are deleted within one deadline.
_A_PART = 2_000
# Seconds; a task that was lost is delivered again within twice the visibility timeout.
_PATIENCE = 4 * settings.VISIBILITY_SECONDS
_PAUSE = 0.2
_REQUESTS = 20


class NotPossible(Exception):
    """A sentence for whoever asked."""


def imports() -> "QuerySet[Import]":
    return Import.objects.filter(bucket=settings.DATA_BUCKET, key__startswith=PREFIX)


def is_there() -> bool:
    return imports().exists()


def fill(last: date | None = None) -> int:
    """Put the files into the bucket, and wait until the last of them has ended; how many they
    are. ``last`` is the last day of the month, by default yesterday, UTC.

    Raises NotPossible where there is anything else, or nobody works; and ServiceError.
    """
    if Import.objects.exists():
        raise NotPossible("There are imports already. The demonstration fills an empty stack only.")
    making.make(CLIMATE, _somebody())
    made = list(files(last or datetime.now(UTC).date() - timedelta(days=1)))
    for one in made:
        s3.put(settings.DATA_BUCKET, one.key, one.text.encode(), "text/csv")
    _wait(len(made))
    _date_back(made)
    return len(made)


def remove() -> tuple[int, int]:
    """Remove its records, imports, files and kind; how many records and imports these were.

    Raises NotPossible while its imports run, and ServiceError: then again.
    """
    found = list(imports())
    for import_ in found:
        lifecycle.cancel(import_)
    records = sum(_without_records(import_) for import_ in found)
    for import_ in imports():
        if not deletion.delete(import_):
            raise NotPossible("Its rows are still being written. Try again in a few minutes.")
    while not s3.delete_all(settings.DATA_BUCKET, PREFIX, _REQUESTS):
        pass
    # Otherwise its files would not be imported when the stack is filled again.
    DeletedImport.objects.filter(bucket=settings.DATA_BUCKET, key__startswith=PREFIX).delete()
    if KIND in registry.named([KIND]):
        making.delete(registry.find(KIND), _somebody())
    return records, len(found)


def _somebody() -> Actor:
    """In whose name the kind is made and deleted."""
    user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if user is None:
        raise NotPossible("There is no superuser yet: run manage.py createsuperuser first.")
    return Actor(user, Channel.API)


def _without_records(import_: Import) -> int:
    """Delete the records of an import; how many it had."""
    if import_.kind not in registry.named([import_.kind]):
        return 0
    repository = registry.find(import_.kind).repository
    found = list(repository.all(Query(import_id=str(import_.pk))))
    gone: list[Record] = []
    for start in range(0, len(found), _A_PART):
        some = found[start : start + _A_PART]
        deadline = Deadline(settings.TASK_SECONDS)
        outcomes = repository.take_back([Reversal(one) for one in some], deadline)
        gone += [one for one, is_done in zip(some, outcomes.is_done, strict=True) if is_done]
    counts = Counter(one.date for one in gone)
    day_index.add({day: -count for day, count in counts.items()}, import_.kind)
    if len(gone) < len(found):
        raise NotPossible("Somebody changes its records now, or the table is busy. Try again.")
    return len(found)


def _wait(count: int) -> None:
    """Until so many imports have ended, or wait for somebody. Raises NotPossible when nothing
    moves for long."""
    ends = time.monotonic() + _PATIENCE
    done = -1
    while done < count:
        now = imports().exclude(state__in=AT_WORK).count()
        if now > done:
            done, ends = now, time.monotonic() + _PATIENCE
        if time.monotonic() > ends:
            raise NotPossible(
                f"{count - done} files were not imported. Do worker and listener run?"
            )
        time.sleep(_PAUSE)


def _date_back(made: list[DemoFile]) -> None:
    """As if each file had come when its day was over."""
    now = timezone.now()
    for one in made:
        for import_ in imports().filter(key=one.key):
            ago = import_.created_at - min(one.arrives, now)
            moved = {
                name: getattr(import_, name) - ago
                for name in ("created_at", "progress_at", "finished_at")
                if getattr(import_, name)
            }
            Import.objects.filter(pk=import_.pk).update(**moved)


def said() -> Iterator[str]:
    """What is there, for whoever filled the stack."""
    yield f"{imports().count()} files under {PREFIX}, with made-up readings of a month"
    yield "take all of it away, with the file env loaded: .venv/bin/python manage.py demo --remove"
