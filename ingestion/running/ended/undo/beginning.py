"""Having an import taken back: what is said before it begins, its beginning, and going on with it.

The records themselves are taken back by tasks, chunk by chunk; see chunk.py.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from common.aws import s3
from common.tracing import request_id
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import Import, State
from ingestion.running.ended.deletion import is_written
from ingestion.running.ended.undo import account
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.progress import Queue
from ingestion.running.writing.order import far_apart

log = structlog.get_logger(__name__)

_ENDED = (State.DONE, State.FAILED, State.CANCELLED)
# So many requests of so many keys tell which copies have expired; of more of them it shows later.
_LISTED = 20
_KEYS = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an import cannot be taken back: for people, and for programs."""

    detail: str
    code: str


class CannotUndo(Exception):
    """An import cannot be taken back now, or not in this way."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.detail, self.code = refusal.detail, refusal.code


def take_back(import_: Import, queue: Queue, without: WithoutCopy | None = None) -> None:
    """Have an import taken back that has ended. ``without`` says what becomes of records that
    replaced others of which there is no copy. Raises CannotUndo and ServiceError."""
    if found := refusal(import_):
        raise CannotUndo(found)
    if without is None and (lost := without_copy(import_)):
        raise CannotUndo(Refusal(_copies_gone(lost), "copies_gone"))
    if not begin(import_, queue, without):
        import_.refresh_from_db()
        raise CannotUndo(refusal(import_) or Refusal("Try again.", "import_running"))


def _copies_gone(count: int) -> str:
    return (
        f"No copies are left of up to {count:,} records that the import replaced: send"
        " without_copy, leave to keep the import's records in their place, or delete to delete"
        " these too."
    )


def may_begin(import_: Import) -> bool:
    """Whether it has ended with records of its own, as far as SQL knows."""
    return import_.state in _ENDED and account.chunks_left(import_).exists()


def refusal(import_: Import) -> Refusal | None:
    """Why an import cannot be taken back now. Raises ServiceError."""
    if import_.is_at_work or import_.state == State.WAITING:
        return Refusal(
            f"The import is {import_.get_state_display()}: cancel it first, or wait for its end.",
            "import_running",
        )
    if import_.state == State.UNDONE:
        return Refusal("The import has been taken back already.", "import_undone")
    if not account.chunks_left(import_).exists():
        return Refusal("The import stored nothing: there is nothing to take back.", "no_records")
    if not _beginnable().filter(pk=import_.pk).exists():
        return Refusal(
            "Rows of the ended import are still being written. Try again in a few minutes.",
            "import_being_written",
        )
    return _without_file(import_)


def _without_file(import_: Import) -> Refusal | None:
    """Its rows have to be read again, to tell which records have been edited since."""
    if import_.is_mended:
        return None if import_.parent_id else _object_gone()
    stored = s3.head(import_.bucket, import_.key, import_.version_id)
    if stored is None or stored.etag != import_.etag:
        return _object_gone()
    staged = account.chunks_left(import_).exclude(staged_key="").order_by("number")
    keys = [chunk.staged_key for chunk in (staged.first(), staged.last()) if chunk]
    if any(s3.head(import_.bucket, key) is None for key in keys):
        return Refusal(
            "The file is compressed, and its unpacked text was kept for a few days only. Delete its"
            " records instead.",
            "text_expired",
        )
    return None


def _object_gone() -> Refusal:
    return Refusal(
        "The import's file is not in the bucket any more as it was imported, so Sluice "
        "cannot tell which of its records were edited since. Delete its records instead.",
        "object_gone",
    )


def without_copy(import_: Import) -> int:
    """How many records, at most, cannot be restored: those replaced by a version of Sluice that
    kept no copies, and those whose copies have expired. Raises ServiceError."""
    chunks = account.chunks_left(import_).filter(replaced__gt=0)
    old: int = chunks.filter(keeps_copies=False).aggregate(n=Sum("replaced", default=0))["n"]
    age = timezone.now() - import_.created_at
    if age < timedelta(days=settings.KEEP_ASIDE_DAYS):
        return old
    kept = chunks.filter(keeps_copies=True).values_list("first_line", "replaced")
    there = _lines_with_copies(import_)
    return old + sum(replaced for line, replaced in kept if line not in there)


def _lines_with_copies(import_: Import) -> set[int]:
    prefix = aside_prefix(str(import_.pk))
    found: set[int] = set()
    after = ""
    for _ in range(_LISTED):
        keys = s3.keys(import_.bucket, prefix, _KEYS, after)
        found |= {int(key.removeprefix(prefix).partition("-")[0]) for key in keys}
        if len(keys) < _KEYS:
            break
        after = keys[-1]
    return found


def begin(import_: Import, queue: Queue, without: WithoutCopy | None = None) -> bool:
    """Have an import taken back, or have that gone on with. False when it is not in a state for
    it (any more)."""
    with transaction.atomic():
        changed = (
            _beginnable()
            .filter(pk=import_.pk)
            .update(
                state=State.UNDOING,
                error_code="",
                error_detail="",
                undo_begun_at=import_.undo_begun_at or timezone.now(),
                undo_ended_at=None,
                undo_without_copy=without or "",
                progress_at=timezone.now(),
                resumes=0,
                request_id=request_id.current() or import_.request_id,
            )
        )
    if changed:
        log.info("import is taken back", import_id=str(import_.pk))
        queue.undo(str(import_.pk), 0)
    return bool(changed)


def send_chunks(import_: Import, queue: Queue) -> None:
    """Send the tasks of all chunks that are left, as those of an import are sent."""
    if import_.state != State.UNDOING:
        return
    numbers = account.chunks_left(import_).order_by("number").values_list("number", flat=True)
    for number in far_apart(numbers):
        queue.undo(str(import_.pk), number)
    account.finish_if_complete(import_)


def resume(import_: Import, queue: Queue) -> None:
    """Send again what is left to do of one that makes no progress."""
    changed = Import.objects.filter(
        pk=import_.pk, state=State.UNDOING, progress_at=import_.progress_at
    ).update(progress_at=timezone.now(), resumes=F("resumes") + 1)
    if changed:
        with request_id.bound(request_id.current() or import_.request_id):
            log.warning("taking back resumed", import_id=str(import_.pk))
            queue.undo(str(import_.pk), 0)


def _beginnable() -> QuerySet[Import]:
    """Ended imports of which no row is being written."""
    return Import.objects.filter(state__in=_ENDED).exclude(is_written())
