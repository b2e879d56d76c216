"""The work of a deletion, in steps: each reads some records, keeps them in the bucket, deletes
those that are as they were read, and counts them with the register of days in one transaction.

A step says what it is about to do before it does it. So one whose process dies is repeated with the
same records and counted once: what is not there any more then, it had deleted. No more records are
deleted than were counted and confirmed.
"""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone

from common.aws import s3
from common.deadline import Deadline
from common.errors import ServiceError, is_throttling
from common.tracing import request_id
from ingestion.aws import packed_lines
from ingestion.aws.object_keys import deletion_prefix
from ingestion.running.ended.by_query.life import query_of
from ingestion.running.ended.by_query.models import WORKING, Deletion, DeletionState
from ingestion.running.ended.undo.former import latest_edits
from ingestion.running.progress import Queue
from ingestion.running.writing.pause import LONGEST_SECONDS
from messages_app.editing import target_of
from messages_app.kinds import registry
from messages_app.schema.record import Record
from messages_app.store import day_index
from messages_app.store.batch_requests import OUT_OF_TIME, out_of_time
from messages_app.store.conditional.taking_back import Reversal
from messages_app.store.expiring import retention
from messages_app.store.items import item_of
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)

_A_STEP = 500
# Steps are begun in this share of the time of a task.
_SHARE = 0.5


def work(
    deletion: Deletion,
    queue: Queue,
    deadline: Deadline,
    repository: RecordRepository | None = None,
) -> None:
    """Go on with a deletion. Harmless to repeat. Raises ServiceError and NotFound."""
    kind = registry.find(deletion.kind)
    steps = _Steps(repository or kind.repository, deadline)
    until = deadline.share(_SHARE)
    steps_before = deletion.steps
    try:
        while deletion.state in WORKING:
            steps.take(deletion)
            deletion.refresh_from_db()
            if until.passed and deletion.state in WORKING:
                queue.delete_records(str(deletion.pk))
                return
    except _Overtaken:
        log.info("deletion overtaken", deletion=str(deletion.pk))
    except ServiceError as error:
        is_slow = is_throttling(error.code) or error.code == OUT_OF_TIME
        if not (is_slow or deletion.steps > steps_before):
            raise
        queue.delete_records(str(deletion.pk), min(LONGEST_SECONDS, settings.TASK_SECONDS // 3))


def resume_stalled(queue: Queue) -> None:
    """Send again the work that nobody goes on with."""
    since = timezone.now() - timedelta(seconds=2 * settings.STALL_SECONDS)
    for deletion in Deletion.objects.filter(state__in=WORKING, progress_at__lt=since):
        found = Deletion.objects.filter(pk=deletion.pk, progress_at=deletion.progress_at)
        if found.update(progress_at=timezone.now()):
            with request_id.bound(deletion.request_id):
                queue.delete_records(str(deletion.pk))


class _Overtaken(Exception):
    """Another task has done the step, or the deletion was cancelled."""


class _Steps:
    """One step of what the state asks for. Raises _Overtaken and ServiceError."""

    def __init__(self, repository: RecordRepository, deadline: Deadline) -> None:
        self._repository = repository
        self._deadline = deadline

    def take(self, deletion: Deletion) -> None:
        if deletion.state == DeletionState.COUNTING:
            self._count(deletion)
        elif deletion.state == DeletionState.DELETING:
            self._delete(deletion)
        else:
            self._restore(deletion)

    def _count(self, deletion: Deletion) -> None:
        found, cursor = self._page(deletion)
        changes: dict[str, Any] = {"matched": F("matched") + len(found), "cursor": cursor}
        if not cursor:
            changes |= {"state": DeletionState.COUNTED, "cursor": ""}
        self._advance(deletion, changes)

    def _delete(self, deletion: Deletion) -> None:
        if deletion.pending is None:
            self._keep(deletion)
        if deletion.pending is None:  # nothing is left
            self._advance(deletion, _ended(DeletionState.DELETED))
            return
        self._finish(deletion)

    def _finish(self, deletion: Deletion) -> None:
        """Delete what a step has kept, and count it, though it was cancelled meanwhile."""
        pending = deletion.pending
        kept = packed_lines.read(settings.DATA_BUCKET, pending["object"])
        records = [self._repository.record_of(item) for item in kept]
        done = self._repository.take_back([Reversal(one) for one in records], self._deadline)
        if done.error is not None:
            raise done.error
        if None in done.is_done:
            raise out_of_time("delete records")
        gone = [one for one, is_gone in zip(records, done.is_done, strict=True) if is_gone]
        since = datetime.fromtimestamp(pending["at"], UTC)
        others = latest_edits(gone, self._repository.kind, since, "deleted")
        deleted = [one for one in gone if target_of(one) not in others]
        changes: dict[str, Any] = {
            "deleted": F("deleted") + len(deleted),
            "changed": F("changed") + len(records) - len(deleted),
            "cursor": pending["cursor"],
            "pending": None,
        }
        if deletion.state == DeletionState.RESTORING:
            changes["cursor"] = ""
        elif not pending["cursor"]:
            changes |= _ended(DeletionState.DELETED)
        days = Counter(one.date for one in deleted)
        self._advance(deletion, changes, days, sign=-1, is_late=True)

    def _keep(self, deletion: Deletion) -> None:
        """Keep the next records in the bucket, and say that they are about to be deleted."""
        left = deletion.matched - deletion.deleted - deletion.changed
        found, cursor = self._page(deletion) if left > 0 else ([], "")
        found = found[:left]
        if not found and not cursor:
            return
        content = packed_lines.pack(item_of(one, self._repository.schema) for one in found)
        name = f"{deletion.steps:08}-{sha256(content).hexdigest()[:20]}"
        key = deletion_prefix(str(deletion.pk)) + name
        packed_lines.put(settings.DATA_BUCKET, key, content)
        pending = {"object": key, "cursor": cursor, "at": time.time()}
        rows = Deletion.objects.filter(
            pk=deletion.pk, state=deletion.state, steps=deletion.steps, pending__isnull=True
        )
        if not rows.update(pending=pending, progress_at=timezone.now()):
            raise _Overtaken
        deletion.pending = pending

    def _restore(self, deletion: Deletion) -> None:
        if deletion.pending is not None and "object" in deletion.pending:
            self._finish(deletion)  # of a step that was begun when the deletion was stopped
            return
        prefix = deletion_prefix(str(deletion.pk))
        keys = s3.keys(settings.DATA_BUCKET, prefix, 1, deletion.cursor)
        if not keys:
            self._end_restoring(deletion)
            return
        kept = packed_lines.read(settings.DATA_BUCKET, keys[0])
        first = retention.first_date(self._repository.kind)
        records = [self._repository.record_of(item) for item in kept]
        wanted = self._wanted(deletion, [one for one in records if one.date >= first])
        placed = self._repository.insert_many(wanted, "reject", self._deadline)
        # *kept* are those beside another record that a repeated step finds there already.
        restored = [
            one
            for one, result in zip(wanted, placed, strict=True)
            if result.outcome in ("written", "unchanged", "kept")
        ]
        changes = {"restored": F("restored") + len(restored), "cursor": keys[0], "pending": None}
        self._advance(deletion, changes, Counter(one.date for one in restored), sign=1)

    def _wanted(self, deletion: Deletion, records: list[Record]) -> list[Record]:
        """Those whose keys are free, as was found the first time. Of records that were changed at
        the moment of their deletion, and left, there are copies too: their keys are not free."""
        if deletion.pending is None:
            there = self._repository.stored_under(records, self._deadline)
            free = [index for index, one in enumerate(records) if one.key not in there]
            rows = Deletion.objects.filter(
                pk=deletion.pk, state=deletion.state, steps=deletion.steps, pending__isnull=True
            )
            if not rows.update(pending={"free": free}, progress_at=timezone.now()):
                raise _Overtaken
            deletion.pending = {"free": free}
        return [records[index] for index in deletion.pending["free"]]

    def _end_restoring(self, deletion: Deletion) -> None:
        """What is not there again has another record under its key, or no copy any more."""
        changes = _ended(DeletionState.RESTORED)
        self._advance(deletion, {**changes, "taken": F("deleted") - F("restored")})

    def _page(self, deletion: Deletion) -> tuple[list[Record], str]:
        """Some records, and the cursor of those behind; '' at the end."""
        kind = registry.find(deletion.kind)
        if deletion.keys is not None:
            start = int(deletion.cursor or 0)
            some = deletion.keys[start : start + _A_STEP]
            rows = [Record(date, time_, {}) for date, time_ in some]
            end = start + len(some)
            found = self._repository.stored_under(rows, self._deadline)
            return list(found.values()), str(end) if end < len(deletion.keys) else ""
        query = replace(query_of(kind, QueryDict(deletion.query)), is_consistent=True)
        page = self._repository.page(query, _A_STEP, deletion.cursor or None)
        return page.records, page.cursor or ""

    def _advance(
        self,
        deletion: Deletion,
        changes: dict[str, Any],
        dates: Counter[str] | None = None,
        sign: int = 0,
        *,
        is_late: bool = False,
    ) -> None:
        """Count a step, once; ``is_late`` one also when the work was stopped meanwhile."""
        rows = Deletion.objects.filter(pk=deletion.pk, steps=deletion.steps)
        if not is_late:
            rows = rows.filter(state=deletion.state)
        with transaction.atomic():
            if not rows.update(steps=F("steps") + 1, progress_at=timezone.now(), **changes):
                raise _Overtaken
            days = {date: sign * count for date, count in (dates or {}).items()}
            day_index.add(days, deletion.kind)


def _ended(state: DeletionState) -> dict[str, Any]:
    return {"state": state, "ended_at": timezone.now()}
