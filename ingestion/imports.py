"""The life of an import: every change of its state, and the messages that move it on.

Each change is one conditional update, so that tasks which run twice, late or side by side cannot
undo each other's work.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from ingestion.models import RUNNING, Chunk, Import, Receipt, State
from ingestion.s3 import StoredObject
from messages_app.record import Message

log = structlog.get_logger(__name__)

# The state of an import with a task in the dead-letter queue. Its other chunks go on, and it ends
# by itself when that task is redriven.
DEAD_LETTER = "dead_letter"


class Queue(Protocol):
    """Sends the tasks of an import."""

    def plan(self, import_id: str) -> None: ...

    def write(self, import_id: str, chunk_number: int) -> None: ...


def start(stored: StoredObject, queue: Queue) -> Import:
    """The import of an object: a new one, or the one that was started for it already.

    A browser upload waits for its object under the object's key. The plan is sent again while
    planning has not begun: the process that sent it first may have died before it could.
    """
    waiting = Import.objects.filter(bucket=stored.bucket, key=stored.key, identity="")
    identity = {
        "identity": stored.identity,
        "version_id": stored.version_id,
        "etag": stored.etag,
        "bytes_total": stored.size,
    }
    try:
        with transaction.atomic():
            if waiting.update(**identity, progress_at=timezone.now()):
                is_new = True
            else:
                _, is_new = Import.objects.get_or_create(
                    bucket=stored.bucket,
                    key=stored.key,
                    identity=stored.identity,
                    defaults=identity,
                )
    except IntegrityError:  # two events of one upload at once
        is_new = False
    of = Import.objects.get(bucket=stored.bucket, key=stored.key, identity=stored.identity)
    if is_new or of.state == State.QUEUED:
        queue.plan(str(of.pk))
    if is_new:
        log.info("import started", import_id=str(of.pk), key=of.key, bytes=of.bytes_total)
    return of


def begin_planning(of: Import) -> bool:
    """False when the import is not to be planned (cancelled, ended, or planned already)."""
    return bool(
        Import.objects.filter(pk=of.pk, is_planned=False)
        .filter(_writable() | Q(state=State.QUEUED))
        .update(state=State.PLANNING, progress_at=timezone.now())
    )


def save_plan(of: Import, new_chunks: list[Chunk], *, is_last: bool) -> bool:
    """Add chunks behind those that are planned. False when another task did, or it was cancelled.

    ``of`` has the position that was read from the database; it is moved on.
    """
    last = new_chunks[-1] if new_chunks else None
    planned = last.end if last else of.bytes_planned
    lines = last.first_line + last.lines - 1 if last else of.lines_planned
    with transaction.atomic():
        changed = Import.objects.filter(
            pk=of.pk, state=State.PLANNING, bytes_planned=of.bytes_planned, is_planned=False
        ).update(
            bytes_planned=planned,
            lines_planned=lines,
            layout=of.layout,
            on_conflict=of.on_conflict,
            encoding=of.encoding,
            bytes_total=planned if is_last else F("bytes_total"),
            chunks_total=F("chunks_total") + len(new_chunks),
            is_planned=is_last,
            state=State.WRITING if is_last else State.PLANNING,
            progress_at=timezone.now(),
        )
        if changed:
            Chunk.objects.bulk_create(new_chunks)
    of.bytes_planned, of.lines_planned = planned, lines
    of.chunks_total += len(new_chunks)
    return bool(changed)


def send_chunks(of: Import, queue: Queue, chunks: Iterable[Chunk] | None = None) -> None:
    """Send the tasks of chunks that were not sent yet (or of ``chunks``)."""
    for chunk in chunks if chunks is not None else of.chunks.filter(is_queued=False):
        queue.write(str(of.pk), chunk.number)
        Chunk.objects.filter(pk=chunk.pk).update(is_queued=True)


def may_write(of: Import) -> bool:
    """Whether chunks of the import are still to be written."""
    if of.state in (State.PLANNING, State.WRITING):
        return True
    return of.state == State.FAILED and of.error_code == DEAD_LETTER


def chunk_done(
    of: Import,
    chunk: Chunk,
    receipt: Receipt,
    faults: list[dict[str, Any]],
    messages: list[Message],
) -> None:
    """Record what became of a chunk's rows, once however often it ran; end the import with it."""
    counts = receipt.as_dict()
    dates = [message.date for message in messages]
    with transaction.atomic():
        changed = Chunk.objects.filter(pk=chunk.pk, is_done=False).update(
            is_done=True,
            faults=faults,
            first_date=min(dates, default=""),
            last_date=max(dates, default=""),
            **counts,
        )
        if changed:
            Import.objects.filter(pk=of.pk).update(
                chunks_done=F("chunks_done") + 1,
                bytes_done=F("bytes_done") + (chunk.end - chunk.start),
                progress_at=timezone.now(),
                resumes=0,
                **{name: F(name) + count for name, count in counts.items()},
            )
    finish_if_complete(of)


def finish_if_complete(of: Import) -> None:
    """End an import that is planned and has no chunk left to write."""
    unfinished = Chunk.objects.filter(of=OuterRef("pk"), is_done=False)
    ended = (
        Import.objects.filter(pk=of.pk, is_planned=True)
        .filter(_writable())
        .exclude(Exists(unfinished))
        .update(
            state=State.DONE,
            finished_at=timezone.now(),
            bytes_done=F("bytes_total"),
            error_code="",
            error_detail="",
        )
    )
    if ended:
        _check_receipt(Import.objects.get(pk=of.pk))


def fail(of: Import, code: str, detail: str) -> None:
    """End a running import with a sentence that says why."""
    changed = (
        Import.objects.filter(pk=of.pk)
        .filter(_writable() | Q(state=State.QUEUED))
        .update(
            state=State.FAILED, error_code=code, error_detail=detail, finished_at=timezone.now()
        )
    )
    if changed:
        log.warning("import failed", import_id=str(of.pk), code=code)


def reopen(of: Import) -> None:
    """Take back the failure of an import whose dead letters are redriven."""
    Import.objects.filter(pk=of.pk, state=State.FAILED, error_code=DEAD_LETTER).update(
        state=State.WRITING if of.is_planned else State.PLANNING,
        error_code="",
        error_detail="",
        finished_at=None,
        progress_at=timezone.now(),
    )


def cancel(of: Import) -> bool:
    """Stop a running import; rows that were written stay. False when it had ended."""
    return bool(
        Import.objects.filter(pk=of.pk, state__in=RUNNING).update(
            state=State.CANCELLED, finished_at=timezone.now()
        )
    )


def run_again(of: Import, queue: Queue) -> bool:
    """Go on with an import that failed or was cancelled. False when it is running or done."""
    state = State.WRITING if of.is_planned else State.QUEUED
    changed = Import.objects.filter(
        pk=of.pk, state__in=(State.FAILED, State.CANCELLED), is_planned=of.is_planned
    ).update(
        state=state,
        error_code="",
        error_detail="",
        finished_at=None,
        progress_at=timezone.now(),
        resumes=0,
    )
    if changed:
        _send_all(of, queue)
    return bool(changed)


def resume(of: Import, queue: Queue) -> None:
    """Send again all that is left to do of a running import which makes no progress."""
    changed = Import.objects.filter(pk=of.pk, state__in=RUNNING, progress_at=of.progress_at).update(
        progress_at=timezone.now(), resumes=F("resumes") + 1
    )
    if changed:
        log.warning("import resumed", import_id=str(of.pk), resumes=of.resumes + 1)
        _send_all(of, queue)


def import_again(of: Import, queue: Queue) -> None:
    """Import a file once more from its beginning, for a table that lost its rows."""
    with transaction.atomic():
        of.chunks.all().delete()
        Import.objects.filter(pk=of.pk).update(
            state=State.QUEUED,
            error_code="",
            error_detail="",
            finished_at=None,
            layout={},
            is_planned=False,
            resumes=0,
            progress_at=timezone.now(),
            **dict.fromkeys(
                (
                    *Receipt().as_dict(),
                    "bytes_planned",
                    "bytes_done",
                    "lines_planned",
                    "chunks_total",
                    "chunks_done",
                ),
                0,
            ),
        )
    queue.plan(str(of.pk))


def _send_all(of: Import, queue: Queue) -> None:
    if not of.is_planned:
        queue.plan(str(of.pk))
    send_chunks(of, queue, of.chunks.filter(is_done=False))
    finish_if_complete(of)


def _writable() -> Q:
    """:func:`may_write`, in SQL."""
    return Q(state__in=(State.PLANNING, State.WRITING)) | Q(
        state=State.FAILED, error_code=DEAD_LETTER
    )


def _check_receipt(of: Import) -> None:
    """An import whose rows are not all accounted for has failed, and says so."""
    names = list(Receipt().as_dict())
    sums = of.chunks.aggregate(**{name: Sum(name, default=0) for name in names})
    if not of.receipt.adds_up or sums != of.receipt.as_dict():
        log.error("receipt does not add up", import_id=str(of.pk), sums=sums)
        _fail_done(
            of,
            "receipt_mismatch",
            "The counts of the rows do not add up. This is a fault in Sluice: please report it.",
        )
    elif not of.read:
        _fail_done(of, "no_rows", "The file has a header but no rows. Add rows below the header.")
    else:
        log.info("import done", import_id=str(of.pk), **of.receipt.as_dict())


def _fail_done(of: Import, code: str, detail: str) -> None:
    Import.objects.filter(pk=of.pk, state=State.DONE).update(
        state=State.FAILED, error_code=code, error_detail=detail
    )
