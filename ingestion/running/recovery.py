"""Finds work that nobody does any more, and has it done."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from common.aws import s3
from common.tracing import request_id
from ingestion.aws import sqs
from ingestion.models import AT_WORK, RUNNING, Import, State
from ingestion.running import lifecycle
from ingestion.running.ended.undo import account
from ingestion.running.ended.undo import beginning as undo
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.inbox import account as inbox
from ingestion.running.progress import Queue
from ingestion.running.unannounced import search
from ingestion.running.unannounced.search import Scope

log = structlog.get_logger(__name__)

# An import that was resumed so often without finishing one chunk is not resumed again.
_MAX_RESUMES = 5
# While the queue has messages, an import without progress may only be waiting for its turn.
_PATIENCE_WITH_A_BUSY_QUEUE = 10
_UPLOAD_SECONDS = 3600


def resume_stalled(queue: Queue) -> None:
    """Send again the work of running imports that make no progress, and of verifications. Raises
    ServiceError."""
    verifications.resume_stalled(queue)
    now = timezone.now()
    stalled = Import.objects.filter(
        state__in=AT_WORK, progress_at__lt=now - timedelta(seconds=settings.STALL_SECONDS)
    )
    if not stalled.exists():
        return
    is_busy = sqs.backlog(sqs.queue_url(settings.CELERY_QUEUE)) > 0
    patience = timedelta(seconds=_PATIENCE_WITH_A_BUSY_QUEUE * settings.STALL_SECONDS)
    for import_ in stalled:
        with request_id.bound(import_.request_id):
            if not import_.identity and import_.state != State.UNDOING:
                _look_after_upload(import_, queue)
            elif is_busy and import_.progress_at >= now - patience:
                continue
            elif import_.resumes >= _MAX_RESUMES and not is_busy:
                _give_up(import_)
            else:
                _resume(import_, queue)


def _give_up(import_: Import) -> None:
    fail = account.fail if import_.state == State.UNDOING else lifecycle.fail
    fail(
        import_,
        "stalled",
        "Its tasks end without a result. Look into the workers'"
        " logs (are they killed for their memory?), then "
        + ("take it back again." if import_.state == State.UNDOING else "run it again."),
    )


def _resume(import_: Import, queue: Queue) -> None:
    resume = undo.resume if import_.state == State.UNDOING else lifecycle.resume
    resume(import_, queue)


def _look_after_upload(import_: Import, queue: Queue) -> None:
    """End an import whose object did not come in time; start it when only its event was lost."""
    is_presigned = import_.max_bytes is not None
    # An upload that began in time may take longer than its address is good for. One that takes even
    # longer finds its import failed, and has it started after all.
    seconds = 2 * settings.PRESIGNED_SECONDS if is_presigned else _UPLOAD_SECONDS
    if import_.progress_at >= timezone.now() - timedelta(seconds=seconds):
        return
    stored = s3.head(import_.bucket, import_.key)
    if stored is not None:
        lifecycle.start(stored, queue)
    elif is_presigned:
        lifecycle.fail(
            import_,
            lifecycle.NOT_UPLOADED,
            "The file was not uploaded in time. Ask for a new address and send the file within"
            f" {settings.PRESIGNED_SECONDS // 60} minutes.",
        )
    else:
        lifecycle.fail(
            import_, lifecycle.UPLOAD_LOST, "The upload did not finish. Upload the file again."
        )


def recover(since: datetime, queue: Queue) -> tuple[int, int]:
    """Make table and imports agree after table and queues lost what came since then.

    Imports that were not finished before that moment are written once more, which is harmless,
    and objects without an import get one; messages of the inbox that the queue has again are done
    again. Returns how many imports and objects.
    """
    inbox.forget_since(since)
    again = Import.objects.filter(
        state__in=(State.DONE, State.FAILED), finished_at__gte=since, read__gt=0, dry_run=False
    )
    lost = [*again, *_running()]
    for import_ in lost:
        lifecycle.import_again(import_, queue)
    return len(lost), _start_unannounced(since, queue)


def recover_queues(since: datetime, queue: Queue) -> tuple[int, int]:
    """Find again the events and tasks that the queues lost since then; the table lost nothing.

    Running imports go on with what is left of them, and objects without an import get one. Returns
    how many of each.
    """
    running = [*_running(), *Import.objects.filter(state=State.UNDOING)]
    for import_ in running:
        _resume(import_, queue)
    return len(running), _start_unannounced(since, queue)


def _running() -> QuerySet[Import]:
    return Import.objects.filter(state__in=RUNNING).exclude(identity="")


def _start_unannounced(since: datetime, queue: Queue) -> int:
    found = 0
    for stored in search.files(Scope(since=since)):
        lifecycle.start(stored, queue)
        found += 1
    log.info("recovered", objects_found=found, since=since.isoformat())
    return found
