"""Verifications as SQL knows them: begun, gone on with, cancelled, ended. Each change is one
conditional update, as in progress.py."""

from collections import Counter
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from common.aws import s3
from common.tracing import request_id
from ingestion.models import NEVER_AGAIN, Chunk, Import, State
from ingestion.running.ended.verifying.chunk import LINES_KEPT, Found
from ingestion.running.ended.verifying.models import Verification, VerificationState
from ingestion.running.progress import Queue

log = structlog.get_logger(__name__)

_VERIFIABLE = (State.DONE, State.FAILED, State.CANCELLED)
# Older ones of an import are forgotten.
_KEPT = 10
# One that was resumed so often without finishing one chunk is not resumed again.
_MAX_RESUMES = 5


class NotVerifiable(Exception):
    """Why an import cannot be verified: a sentence and a code."""

    def __init__(self, detail: str, code: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


def is_verifiable(import_: Import) -> bool:
    """Whether it has ended, and wrote rows that can be read again."""
    return (
        not import_.dry_run
        and not import_.is_mended
        and import_.state in _VERIFIABLE
        and import_.chunks_done > 0
        and import_.error_code not in NEVER_AGAIN
    )


def begin(import_: Import, user: Any, queue: Queue | None) -> Verification:
    """Begin to verify an import; without a ``queue`` its task is the caller's. Raises
    NotVerifiable, also while it is verified already, and ServiceError."""
    if not is_verifiable(import_):
        raise NotVerifiable(
            "Only an import that has a file, has ended and was not taken back can be verified.",
            "not_verifiable",
        )
    _check_object(import_)
    chunks = import_.chunks.filter(is_done=True)
    try:
        with transaction.atomic():
            verification = Verification.objects.create(
                import_record=import_,
                requested_by=user,
                chunks_total=chunks.count(),
                request_id=request_id.current(),
            )
    except IntegrityError:
        raise NotVerifiable("The import is being verified already.", "verifying") from None
    forget_older(import_)
    if queue is not None:
        queue.verify(str(import_.pk))
    return verification


def forget_older(import_: Import) -> None:
    """Keep the newest of an import."""
    old = import_.verifications.order_by("-pk").values_list("pk", flat=True)[_KEPT:]
    Verification.objects.filter(pk__in=list(old)).delete()


def _check_object(import_: Import) -> None:
    """Say before it begins that what was imported cannot be read again."""
    stored = s3.head(import_.bucket, import_.key, import_.version_id)
    if stored is None:
        raise NotVerifiable(
            f"The object {import_.key} is not in the bucket any more: its rows cannot be read"
            " again.",
            "object_gone",
        )
    if import_.etag and stored.etag != import_.etag:
        raise NotVerifiable(
            f"The object {import_.key} was overwritten since it was imported, in a bucket that"
            " keeps no versions: the rows that were imported cannot be read again.",
            "object_changed",
        )
    staged = import_.chunks.exclude(staged_key="").order_by("number").first()
    if staged is not None and s3.head(import_.bucket, staged.staged_key) is None:
        raise NotVerifiable(
            "The file was unpacked to be imported, and what was unpacked is deleted after 14 days:"
            " its rows cannot be read again.",
            "staged_gone",
        )


def running(import_: Import) -> Verification | None:
    """That which runs, if any."""
    return import_.verifications.filter(state=VerificationState.RUNNING).first()


def latest(import_: Import) -> Verification | None:
    """The last one that was begun."""
    found: Verification | None = import_.verifications.select_related("requested_by").first()
    return found


def next_chunk(verification: Verification) -> Chunk | None:
    """The first that is not verified yet."""
    chunks = verification.import_record.chunks.filter(is_done=True)
    return chunks.filter(number__gt=verification.behind).order_by("number").first()


def chunk_done(verification: Verification, chunk: Chunk, found: Found) -> bool:
    """Count a chunk, once. False when another task did, or the verification has ended."""
    counts = dict(Counter(verification.counts) + found.counts)
    lines = [*verification.lines, *found.lines][:LINES_KEPT]
    changed = Verification.objects.filter(
        pk=verification.pk, state=VerificationState.RUNNING, behind=verification.behind
    ).update(
        behind=chunk.number,
        chunks_done=F("chunks_done") + 1,
        counts=counts,
        lines=lines,
        progress_at=timezone.now(),
        resumes=0,
    )
    verification.behind, verification.counts, verification.lines = chunk.number, counts, lines
    return bool(changed)


def end(verification: Verification) -> None:
    """All chunks are verified."""
    if _end(verification, VerificationState.DONE):
        log.info(
            "import verified",
            import_id=str(verification.import_record_id),
            differing=verification.differing,
        )


def fail(verification: Verification, code: str, detail: str) -> None:
    """End it with a sentence that says why."""
    if _end(verification, VerificationState.FAILED, error_code=code, error_detail=detail):
        log.warning("verification failed", import_id=str(verification.import_record_id), code=code)


def fail_running(import_: Import, code: str, detail: str) -> None:
    """The same of the one that runs, if any."""
    verification = running(import_)
    if verification is not None:
        fail(verification, code, detail)


def cancel(import_: Import) -> bool:
    """Stop the one that runs. False when none did."""
    verification = running(import_)
    return verification is not None and _end(verification, VerificationState.CANCELLED)


def _end(verification: Verification, state: str, **changes: Any) -> bool:
    found = Verification.objects.filter(pk=verification.pk, state=VerificationState.RUNNING)
    return bool(found.update(state=state, finished_at=timezone.now(), **changes))


def resume_stalled(queue: Queue) -> None:
    """Send again the work of those that make no progress. Raises ServiceError."""
    since = timezone.now() - timedelta(seconds=settings.STALL_SECONDS)
    stalled = Verification.objects.filter(state=VerificationState.RUNNING, progress_at__lt=since)
    for one in stalled:
        with request_id.bound(one.request_id):
            _resume(one, queue)


def _resume(verification: Verification, queue: Queue) -> None:
    if verification.resumes >= _MAX_RESUMES:
        fail(verification, "stalled", "Its tasks end without a result. See the workers' logs.")
        return
    found = Verification.objects.filter(pk=verification.pk, progress_at=verification.progress_at)
    if found.update(progress_at=timezone.now(), resumes=F("resumes") + 1):
        queue.verify(str(verification.import_record_id))
