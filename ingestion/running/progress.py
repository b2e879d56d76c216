"""An import's progress: its plan, its chunks, and the receipt at its end.

Each change is one conditional update, so that tasks which run twice, late or side by side cannot
undo each other's work.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from ingestion.models import RUNNING, TOO_MANY_REJECTS, Chunk, Import, Receipt, State
from ingestion.running import reject_limit
from ingestion.running.ended import notices
from messages_app.store import day_index

log = structlog.get_logger(__name__)

# The state of an import with a task in the dead-letter queue. Its other chunks go on, and it ends
# by itself when that task is redriven.
DEAD_LETTER = "dead_letter"


class Queue(Protocol):
    """Sends the tasks of an import."""

    def plan(self, import_id: str) -> None: ...

    def write(self, import_id: str, chunk_number: int) -> None: ...


def begin_planning(import_: Import) -> bool:
    """False when the import is not to be planned (cancelled, ended, or planned already)."""
    return bool(
        Import.objects.filter(pk=import_.pk, is_planned=False)
        .filter(writable() | Q(state=State.QUEUED))
        .update(state=State.PLANNING, progress_at=timezone.now())
    )


def save_plan(import_: Import, new_chunks: list[Chunk], *, is_last: bool) -> bool:
    """Add chunks behind those that are planned. False when another task did, or it was cancelled.

    ``of`` has the position that was read from the database; it is moved on.
    """
    last = new_chunks[-1] if new_chunks else None
    planned = last.end if last else import_.bytes_planned
    lines = last.first_line + last.lines - 1 if last else import_.lines_planned
    with transaction.atomic():
        changed = Import.objects.filter(
            pk=import_.pk,
            state=State.PLANNING,
            bytes_planned=import_.bytes_planned,
            is_planned=False,
        ).update(
            bytes_planned=planned,
            lines_planned=lines,
            layout=import_.layout,
            on_conflict=import_.on_conflict,
            encoding=import_.encoding,
            modified_at=import_.modified_at,
            kind=import_.kind,
            kind_version=import_.kind_version,
            bytes_total=planned if is_last else F("bytes_total"),
            chunks_total=F("chunks_total") + len(new_chunks),
            is_planned=is_last,
            state=State.WRITING if is_last else State.PLANNING,
            progress_at=timezone.now(),
        )
        if changed:
            Chunk.objects.bulk_create(new_chunks)
    import_.bytes_planned, import_.lines_planned = planned, lines
    import_.chunks_total += len(new_chunks)
    return bool(changed)


def send_chunks(import_: Import, queue: Queue, chunks: Iterable[Chunk] | None = None) -> None:
    """Send the tasks of chunks that were not sent yet (or of ``chunks``)."""
    for chunk in chunks if chunks is not None else import_.chunks.filter(is_queued=False):
        queue.write(str(import_.pk), chunk.number)
        Chunk.objects.filter(pk=chunk.pk).update(is_queued=True)


def begin_chunk(import_: Import, chunk: Chunk) -> bool:
    """Whether a chunk is to be written now; if so, that is remembered.

    One that was begun is finished even when the import was cancelled or failed since: some of its
    rows may be in the table, and have to be counted.
    """
    if chunk.is_done:
        return False
    if not chunk.is_begun:
        if not _may_write(import_):
            return False
        Chunk.objects.filter(pk=chunk.pk).update(is_begun=True)
    return True


def _may_write(import_: Import) -> bool:
    """:func:`writable`, of an import that was read."""
    if import_.state in (State.PLANNING, State.WRITING):
        return True
    return import_.state == State.FAILED and import_.error_code == DEAD_LETTER


def chunk_done(
    import_: Import,
    chunk: Chunk,
    receipt: Receipt,
    faults: list[dict[str, Any]],
    dates: Collection[str],
    new_by_date: Mapping[str, int],
    unread_bytes: int = 0,
) -> None:
    """Record what became of a chunk's rows, once however often it ran; end the import with it.

    ``dates`` are those of all its good rows, ``new_by_date`` counts the records that it added.
    ``unread_bytes`` are left of a chunk in which the import came to an early end.
    """
    counts = receipt.as_dict()
    is_late = False  # behind the end of the import, which was cancelled or failed meanwhile
    with transaction.atomic():
        changed = Chunk.objects.filter(pk=chunk.pk, is_done=False).update(
            is_done=True,
            faults=faults,
            first_date=min(dates, default=""),
            last_date=max(dates, default=""),
            new_by_date=new_by_date,
            **counts,
        )
        if changed:
            gains: dict[str, Any] = {
                "chunks_done": F("chunks_done") + 1,
                "bytes_done": F("bytes_done") + (chunk.end - chunk.start - unread_bytes),
                "progress_at": timezone.now(),
                "resumes": 0,
                **{name: F(name) + count for name, count in counts.items()},
            }
            found = Import.objects.filter(pk=import_.pk)
            is_late = not found.filter(state__in=RUNNING).update(**gains)
            if is_late:
                found.update(**gains)
            day_index.add(new_by_date, import_.kind)
            if unread_bytes:  # whatever its state: it must never be taken for one that is done
                _stop_early(import_)
    finish_if_complete(import_)
    if receipt.rejected:
        _check_rejects(import_)
    if is_late:
        notices.renew(import_)


def _check_rejects(import_: Import) -> None:
    """End an import that is nearly all rejects, and has rows left to read."""
    now = Import.objects.get(pk=import_.pk)
    if now.error_code == TOO_MANY_REJECTS or (
        _may_write(now) and reject_limit.is_reached(now.read, now.rejected)
    ):
        _stop_early(now)


def _stop_early(import_: Import) -> None:
    """Of one that was stopped before, count again what was not read: chunks were being written."""
    import_.refresh_from_db()
    Import.objects.filter(pk=import_.pk).exclude(state=State.DONE).update(
        state=State.FAILED,
        error_code=TOO_MANY_REJECTS,
        error_detail=reject_limit.detail(import_),
        finished_at=timezone.now(),
    )
    notices.renew(import_)
    log.warning("import failed", import_id=str(import_.pk), code=TOO_MANY_REJECTS)


def finish_if_complete(import_: Import) -> None:
    """End an import that is planned and has no chunk left to write."""
    unfinished = Chunk.objects.filter(import_record=OuterRef("pk"), is_done=False)
    complete = Import.objects.filter(pk=import_.pk, is_planned=True)
    complete = complete.filter(writable()).exclude(Exists(unfinished))
    if not complete.exists():
        return
    with transaction.atomic():
        ended = complete.update(
            state=State.DONE,
            finished_at=timezone.now(),
            bytes_done=F("bytes_total"),
            error_code="",
            error_detail="",
        )
        if ended:
            notices.renew(import_)
    if ended:
        _check_receipt(Import.objects.get(pk=import_.pk))


def writable() -> Q:
    """Imports whose chunks are still to be written."""
    return Q(state__in=(State.PLANNING, State.WRITING)) | Q(
        state=State.FAILED, error_code=DEAD_LETTER
    )


def _check_receipt(import_: Import) -> None:
    """An import whose rows are not all accounted for has failed, and says so."""
    names = list(Receipt().as_dict())
    sums = import_.chunks.aggregate(**{name: Sum(name, default=0) for name in names})
    if not import_.receipt.adds_up or sums != import_.receipt.as_dict():
        log.error("receipt does not add up", import_id=str(import_.pk), sums=sums)
        _fail_done(
            import_,
            "receipt_mismatch",
            "The counts of the rows do not add up. This is a fault in Sluice: please report it.",
        )
    elif not import_.read:
        _fail_done(
            import_, "no_rows", "The file has a header but no rows. Add rows below the header."
        )
    else:
        log.info("import done", import_id=str(import_.pk), **import_.receipt.as_dict())


def _fail_done(import_: Import, code: str, detail: str) -> None:
    Import.objects.filter(pk=import_.pk, state=State.DONE).update(
        state=State.FAILED, error_code=code, error_detail=detail
    )
