"""An import's progress: its plan, its chunks, and the receipt at its end.

Each change is one conditional update, so that tasks which run twice, late or side by side cannot
undo each other's work.
"""

from collections import Counter
from typing import Any, Protocol

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from common import meters
from common.deadline import Deadline
from ingestion.models import RUNNING, TOO_MANY_REJECTS, Chunk, Import, Receipt, State
from ingestion.rejects import store as rejects
from ingestion.rejects import summary
from ingestion.rejects.mending import settling
from ingestion.rejects.mending.batches import batched
from ingestion.running.ended import notices, telling
from ingestion.running.writing import consumption, devices, reject_limit
from ingestion.running.writing.order import far_apart
from ingestion.running.writing.rows import Part
from messages_app.store import day_index

log = structlog.get_logger(__name__)

# The state of an import with a task in the dead-letter queue. Its other chunks go on, and it ends
# by itself when that task is redriven.
DEAD_LETTER = "dead_letter"
# Of so many chunks it is noted in one statement that they were sent.
_SENT_TOGETHER = 16


class Queue(Protocol):
    """Sends the tasks of an import."""

    def plan(self, import_id: str) -> None: ...

    def write(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None: ...

    def undo(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        """Take a chunk back; number 0 stands for the sending of all."""

    def verify(self, import_id: str, delay_seconds: int = 0) -> None:
        """Go on with the verification that runs."""

    def delete_records(self, deletion_id: str, delay_seconds: int = 0) -> None:
        """Go on with a deletion of what a query matches."""


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
            is_made_real=import_.is_made_real,
        ).update(
            bytes_planned=planned,
            lines_planned=lines,
            layout=import_.layout,
            format_version=import_.format_version,
            on_conflict=import_.on_conflict,
            dry_run=import_.dry_run,
            hold_above=import_.hold_above,
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
            devices.tell_file(import_)
    import_.bytes_planned, import_.lines_planned = planned, lines
    import_.chunks_total += len(new_chunks)
    return bool(changed)


def send_chunks(
    import_: Import,
    queue: Queue,
    chunks: QuerySet[Chunk] | None = None,
    until: Deadline | None = None,
) -> bool:
    """Send the tasks of chunks that were not sent yet (or of ``chunks``), in an order in which
    those that are written side by side lie far apart in the file.

    False when the time was up before all were sent; some are in any case. Tasks that a process sent
    just before it died are sent again, which is harmless.
    """
    waiting = import_.chunks.filter(is_queued=False) if chunks is None else chunks
    in_order = far_apart(waiting.order_by("number").values_list("number", "pk"))
    for place, some in enumerate(batched(in_order, _SENT_TOGETHER)):
        if place and until is not None and until.passed:
            return False
        for number, _ in some:
            queue.write(str(import_.pk), number)
        Chunk.objects.filter(pk__in=[pk for _, pk in some]).update(is_queued=True)
    return True


def begin_chunk(import_: Import, chunk: Chunk) -> bool:
    """Whether a chunk is to be written now; if so, that is remembered.

    One that was begun is finished even when the import was cancelled or failed since: some of its
    rows may be in the table, and have to be counted.
    """
    if chunk.is_done or chunk.is_undo_begun:
        return False
    if not chunk.is_begun:
        if not _may_write(import_):
            return False
        if not import_.dry_run:
            Chunk.objects.filter(pk=chunk.pk).update(is_begun=True)
    return True


def _may_write(import_: Import) -> bool:
    """:func:`writable`, of an import that was read."""
    if import_.state in (State.PLANNING, State.WRITING):
        return True
    return import_.state == State.FAILED and import_.error_code == DEAD_LETTER


class Overtaken(Exception):
    """Another task has kept what became of a chunk's rows since this one read it."""


def keep_part(import_: Import, chunk: Chunk, part: Part, *, is_begun: bool) -> None:
    """Count what is known of a chunk's rows, and remember which are left. Raises Overtaken.

    ``is_begun`` tells whether some of those left may be in the table nevertheless.
    """
    done = chunk.read + part.receipt.read
    bytes_done = chunk.end - chunk.start - part.unread_bytes
    if part.rows_left:
        bytes_done = bytes_done * done // (done + part.rows_left)
    if not _count(import_, chunk, part, bytes_done, {"is_begun": is_begun}, {}):
        consumption.count(import_, part.units)
        raise Overtaken
    _meter(import_, part)


def chunk_done(import_: Import, chunk: Chunk, part: Part, repeated_times: int = 0) -> None:
    """Count the last of a chunk's rows, once however often it ran; end the import with it.

    ``repeated_times`` of all its rows have a time that clocks show twice.
    """
    bytes_done = chunk.end - chunk.start - part.unread_bytes
    is_counted = _count(
        *(import_, chunk, part, bytes_done),
        {"is_done": True},
        {
            "chunks_done": F("chunks_done") + 1,
            "repeated_times": F("repeated_times") + repeated_times,
        },
    )
    if is_counted:
        _meter(import_, part)
    else:
        consumption.count(import_, part.units)


def _meter(import_: Import, part: Part) -> None:
    """Tell the metrics of rows that were counted; of a forecast nothing was done."""
    if import_.dry_run:
        return
    version = import_.format_version
    number = version.format_id if version else None
    meters.count_rows(part.receipt.as_dict(), import_.kind, number)


def _count(
    import_: Import,
    chunk: Chunk,
    part: Part,
    bytes_done: int,
    changes: dict[str, Any],
    gains: dict[str, Any],
) -> bool:
    """Add a part to what is known of a chunk and of its import: in one transaction, and only if
    nobody did since the chunk was read. False when somebody did."""
    is_late = False  # behind the end of the import, which was cancelled or failed meanwhile
    known = _known_with(import_, chunk, part, bytes_done)
    with transaction.atomic():
        now = Chunk.objects.filter(pk=chunk.pk, is_done=False, parts_kept=chunk.parts_kept)
        changed = now.update(**known, **changes)
        if changed:
            gains |= {
                "bytes_done": F("bytes_done") + (bytes_done - chunk.bytes_done),
                "progress_at": timezone.now(),
                "write_units": F("write_units") + part.units.write,
                "read_units": F("read_units") + part.units.read,
                **{name: F(name) + count for name, count in part.receipt.as_dict().items()},
            }
            if part.receipt.read:
                gains["resumes"] = 0
            found = Import.objects.filter(pk=import_.pk)
            is_late = not found.filter(state__in=RUNNING).update(**gains)
            if is_late:
                found.update(**gains)
            day_index.add(part.new_by_date, import_.kind)
            devices.tell(import_, part.newest, part.wrong)
            settling.account(import_, part.stored_lines, part.rejected_again)
            if part.unread_bytes:  # whatever its state: it must never be taken for one that is done
                _stop_early(import_)
            for name, value in known.items():
                setattr(chunk, name, value)
    finish_if_complete(import_)
    if part.receipt.rejected:
        _check_rejects(import_)
    if is_late:
        notices.renew(import_)
    return bool(changed)


def _known_with(import_: Import, chunk: Chunk, part: Part, bytes_done: int) -> dict[str, Any]:
    """What is known of a chunk when a part is added. Its rejects are stored."""
    dates = {*part.dates, chunk.first_date, chunk.last_date} - {""}
    return {
        **{name: getattr(chunk, name) + count for name, count in part.receipt.as_dict().items()},
        "keeps_copies": True,
        "faults": summary.together(chunk.faults, part.faults),
        "first_date": min(dates, default=""),
        "last_date": max(dates, default=""),
        "new_by_date": Counter(chunk.new_by_date) + Counter(part.new_by_date),
        "reject_parts": _with_rejects(import_, chunk, part),
        "left_lines": part.left,
        "rows_left": part.rows_left,
        "parts_kept": chunk.parts_kept + 1,
        "bytes_done": bytes_done,
        "looked": part.looked,
    }


def _with_rejects(import_: Import, chunk: Chunk, part: Part) -> list[str]:
    if not part.rejects:
        return list(chunk.reject_parts)
    # Those of a forecast have a name of their own, so that a late task of it does not write over
    # those of the import that it became.
    is_part = bool(part.left or chunk.parts_kept or import_.dry_run)
    name = rejects.store(import_.bucket, chunk, part.rejects, is_part=is_part)
    return [*chunk.reject_parts, name] if is_part else []


def _check_rejects(import_: Import) -> None:
    """End an import that is nearly all rejects, and has rows left to read."""
    now = Import.objects.get(pk=import_.pk)
    if now.error_code == TOO_MANY_REJECTS or (
        _may_write(now) and reject_limit.RejectLimit(now).is_reached()
    ):
        _stop_early(now)


def _stop_early(import_: Import) -> None:
    """Of one that was stopped before, count again what was not read: chunks were being written."""
    import_.refresh_from_db()
    with transaction.atomic():
        stopped = (
            Import.objects.filter(pk=import_.pk)
            .exclude(state=State.DONE)
            .update(
                state=State.FAILED,
                error_code=TOO_MANY_REJECTS,
                error_detail=reject_limit.detail(import_),
                finished_at=timezone.now(),
            )
        )
        if stopped:
            telling.tell_of(import_)
    notices.renew(import_)
    log.warning("import failed", import_id=str(import_.pk), code=TOO_MANY_REJECTS)


def finish_if_complete(import_: Import) -> None:
    """End an import that is planned and has no chunk left to write. A forecast has an end of its
    own: ingestion/running/writing/forecast/conclude.py."""
    unfinished = Chunk.objects.filter(import_record=OuterRef("pk"), is_done=False)
    complete = Import.objects.filter(pk=import_.pk, is_planned=True, dry_run=False)
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
            settling.give_back(import_)
            now = Import.objects.get(pk=import_.pk)
            _check_receipt(now)
            telling.tell_of(now)
    if ended:
        meters.import_done(import_.kind, (timezone.now() - import_.created_at).total_seconds())


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
