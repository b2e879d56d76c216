"""The life of an import: it is started, fails, is cancelled, run again, resumed.

Each change is one conditional update, so that what happens twice, late or side by side does no
harm. What tasks do to an import on its way is in ingestion/running/progress.py.
"""

from contextlib import AbstractContextManager
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from common.aws.s3 import StoredObject
from common.tracing import request_id
from ingestion.models import (
    FAULTS_OF_THE_FILE,
    FORECAST_ENDED,
    NEVER_AGAIN,
    RUNNING,
    TOO_LARGE,
    Import,
    Receipt,
    State,
)
from ingestion.reading.object_reader import OBJECT_GONE
from ingestion.rejects.mending import settling
from ingestion.running import progress
from ingestion.running.ended import notices, telling
from ingestion.running.ended.deletion import refuse_deleted
from ingestion.running.ended.undo import account as undo
from ingestion.running.ended.undo.columns import Undo
from ingestion.running.progress import Queue
from messages_app.store import day_index

log = structlog.get_logger(__name__)

# The errors of imports whose object did not come, or came too late; see recovery.py.
NOT_UPLOADED = "not_uploaded"
UPLOAD_LOST = "upload_lost"
_PUT_RIGHT_BY_ARRIVAL = (OBJECT_GONE, NOT_UPLOADED, UPLOAD_LOST)


def start(stored: StoredObject, queue: Queue) -> Import:
    """The import of an object: a new one, or the one that was started for it already.

    An upload waits for its object under the object's key. The plan is sent again while planning
    has not begun: the process that sent it first may have died before it could. Raises WasDeleted.
    """
    key = {"bucket": stored.bucket, "key": stored.key}
    try:
        with transaction.atomic():
            is_new = _has_arrived(stored)
            if not is_new:
                _, is_new = Import.objects.get_or_create(
                    **key,
                    identity=stored.identity,
                    defaults={**_known_of(stored), "request_id": request_id.current()},
                )
                if is_new:  # asked when it is made, so that a deletion in between is seen
                    refuse_deleted(stored)
    except IntegrityError:  # two events of one upload at once
        is_new = False
    import_ = Import.objects.get(**key, identity=stored.identity)
    _note_sequencer(import_, stored.sequencer)
    with _as_requested(import_):
        if import_.error_code in _PUT_RIGHT_BY_ARRIVAL:
            run_again(import_, queue)
        elif import_.state == State.QUEUED:
            queue.plan(str(import_.pk))
        if is_new:
            size = stored.size
            log.info("import started", import_id=str(import_.pk), key=import_.key, bytes=size)
    return import_


def _has_arrived(stored: StoredObject) -> bool:
    """Whether an upload waited for this object. One that is too large fails, and is never read."""
    waiting = Import.objects.filter(bucket=stored.bucket, key=stored.key, identity="")
    import_ = waiting.first()
    if import_ is None:
        return False
    changes = {**_known_of(stored), "progress_at": timezone.now()}
    if import_.max_bytes is not None and stored.size > import_.max_bytes:
        changes |= {
            "state": State.FAILED,
            "error_code": TOO_LARGE,
            "error_detail": f"The file has {stored.size:,} bytes, but {import_.max_bytes:,} were"
            " agreed upon. Ask for a new address and give the file's true size.",
            "finished_at": timezone.now(),
        }
        with _as_requested(import_):
            log.warning("import failed", import_id=str(import_.pk), code=TOO_LARGE)
    has_arrived = bool(waiting.update(**changes))
    if has_arrived and "state" in changes:
        telling.tell_of(import_)
    return has_arrived


def _note_sequencer(import_: Import, sequencer: str) -> None:
    """Of an import that began without its event, or whose very content was put again later."""
    if sequencer > import_.sequencer:
        Import.objects.filter(pk=import_.pk, sequencer=import_.sequencer).update(
            sequencer=sequencer
        )


def _known_of(stored: StoredObject) -> dict[str, Any]:
    return {
        "identity": stored.identity,
        "version_id": stored.version_id,
        "etag": stored.etag,
        "bytes_total": stored.size,
        "sequencer": stored.sequencer,
    }


def fail(import_: Import, code: str, detail: str) -> None:
    """End a running import with a sentence that says why.

    Not one whose object has arrived since ``of`` was read.
    """
    with transaction.atomic():
        changed = (
            Import.objects.filter(pk=import_.pk, identity=import_.identity)
            .filter(progress.writable() | Q(state=State.QUEUED))
            .update(
                state=State.FAILED, error_code=code, error_detail=detail, finished_at=timezone.now()
            )
        )
        if changed:
            settling.give_back(import_)
            telling.tell_of(import_)
    if changed:
        notices.renew(import_)
        log.warning("import failed", import_id=str(import_.pk), code=code)


def reopen(import_: Import) -> None:
    """Take back the failure of an import whose dead letters are redriven."""
    Import.objects.filter(pk=import_.pk, state=State.FAILED, error_code=undo.DEAD_LETTER).update(
        state=State.UNDOING,
        error_code="",
        error_detail="",
        undo_ended_at=None,
        progress_at=timezone.now(),
    )
    Import.objects.filter(
        pk=import_.pk, state=State.FAILED, error_code=progress.DEAD_LETTER
    ).update(
        state=State.WRITING if import_.is_planned else State.PLANNING,
        error_code="",
        error_detail="",
        finished_at=None,
        progress_at=timezone.now(),
    )


def cancel(import_: Import) -> bool:
    """Stop a running import; rows that were written stay. Decline one that waits for its format or
    is held. Stop taking one back. False when it had ended."""
    if undo.stop(import_):
        return True
    found = Import.objects.filter(pk=import_.pk, state__in=(*RUNNING, State.WAITING, State.HELD))
    with transaction.atomic():
        changed = found.update(state=State.CANCELLED, finished_at=timezone.now())
        if changed:
            settling.give_back(import_)
    if changed:
        notices.renew(import_)
    return bool(changed)


def run_again(import_: Import, queue: Queue) -> bool:
    """Go on with an import that failed or was cancelled. False when it is not to be run: it is
    running or done, its object has not come, or its file is at fault (see
    ``Import.can_run_again``). One that was taken back begins anew."""
    if import_.undo_begun_at is not None:
        return _run_anew(import_, queue)
    state = State.WRITING if import_.is_planned else State.QUEUED
    changed = (
        Import.objects.filter(
            pk=import_.pk, state__in=(State.FAILED, State.CANCELLED), is_planned=import_.is_planned
        )
        .exclude(Q(identity="") | Q(error_code__in=NEVER_AGAIN))
        .update(
            state=state,
            error_code="",
            error_detail="",
            finished_at=None,
            progress_at=timezone.now(),
            resumes=0,
            settled_at=None,
            request_id=request_id.current() or import_.request_id,
        )
    )
    if changed:
        _send_all(import_, queue)
    return bool(changed)


def make_real(import_: Import, queue: Queue) -> bool:
    """Import the file of a forecast that has ended, from its beginning. False when it is no such
    forecast (any more); see ``Import.can_be_made_real``."""
    return _make_real(import_, queue, Q(state__in=FORECAST_ENDED))


def go_on_for_real(import_: Import, queue: Queue) -> None:
    """Import a file that was to be looked at first, and is good enough."""
    _make_real(import_, queue, progress.writable() & Q(hold_above__isnull=False))


def _make_real(import_: Import, queue: Queue, which: Q) -> bool:
    with transaction.atomic():
        found = Import.objects.filter(which, pk=import_.pk, dry_run=True)
        changed = (
            found.exclude(identity="")
            .exclude(error_code__in=FAULTS_OF_THE_FILE)
            .update(
                dry_run=False,
                is_made_real=True,
                request_id=request_id.current() or import_.request_id,
                **_from_the_beginning(),
            )
        )
        if changed:
            import_.chunks.all().delete()
    if changed:
        queue.plan(str(import_.pk))
    return bool(changed)


def _run_anew(import_: Import, queue: Queue) -> bool:
    """Import a file once more that was taken back, as a whole or in part."""
    ended = (State.UNDONE, State.FAILED, State.CANCELLED)
    with transaction.atomic():
        changed = (
            Import.objects.filter(pk=import_.pk, state__in=ended)
            .exclude(Q(identity="") | Q(undo_begun_at=None))
            .update(request_id=request_id.current() or import_.request_id)
        )
        if changed:
            _forget_progress(import_)
    if changed:
        queue.plan(str(import_.pk))
    return bool(changed)


def resume(import_: Import, queue: Queue) -> None:
    """Send again all that is left to do of a running import which makes no progress."""
    changed = Import.objects.filter(
        pk=import_.pk, state__in=RUNNING, progress_at=import_.progress_at
    ).update(progress_at=timezone.now(), resumes=F("resumes") + 1)
    if changed:
        with _as_requested(import_):
            log.warning("import resumed", import_id=str(import_.pk), resumes=import_.resumes + 1)
            _send_all(import_, queue)


def import_again(import_: Import, queue: Queue) -> None:
    """Import a file once more from its beginning, for a table that lost its rows."""
    with transaction.atomic():
        _forget_progress(import_)
    with _as_requested(import_):
        queue.plan(str(import_.pk))


def _from_the_beginning() -> dict[str, Any]:
    """The columns of an import of whose file nothing was read."""
    counts = (
        *Receipt().as_dict(),
        *("bytes_planned", "bytes_done", "lines_planned", "chunks_total", "chunks_done"),
        *("repeated_times", "write_units", "read_units"),
        *(f"undo_{name}" for name in Undo().as_dict()),
    )
    return {
        "state": State.QUEUED,
        "error_code": "",
        "error_detail": "",
        "finished_at": None,
        "notices": [],
        "layout": {},
        "is_planned": False,
        "resumes": 0,
        "progress_at": timezone.now(),
        "undo_begun_at": None,
        "undo_ended_at": None,
        "undo_without_copy": "",
        **dict.fromkeys(counts, 0),
    }


def _forget_progress(import_: Import) -> None:
    """What was planned, written and taken back, in the register of days too."""
    for chunk in import_.chunks.exclude(new_by_date={}).iterator():
        fewer = {date: -count for date, count in chunk.new_by_date.items()}
        day_index.add(fewer, import_.kind)
    import_.chunks.all().delete()
    Import.objects.filter(pk=import_.pk).update(forecast=None, **_from_the_beginning())


def _as_requested(import_: Import) -> AbstractContextManager[None]:
    """What is logged and sent meanwhile has the id of the request at hand; where there is none, as
    in the listener, that of the import's own."""
    return request_id.bound(request_id.current() or import_.request_id)


def _send_all(import_: Import, queue: Queue) -> None:
    if not import_.is_planned or import_.dry_run:
        queue.plan(str(import_.pk))
    progress.send_chunks(import_, queue, import_.chunks.filter(is_done=False))
    progress.finish_if_complete(import_)
