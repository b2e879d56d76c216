"""The end of a forecast: what rests on rows of other chunks is put right, and its result kept."""

from collections import Counter

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from common.deadline import Deadline
from ingestion.models import Chunk, Import, State
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running import progress
from ingestion.running.ended import telling
from ingestion.running.progress import Queue
from ingestion.running.writing.forecast.merging import Merged, Merging
from ingestion.running.writing.forecast.result import forecast_result
from ingestion.running.writing.policy import policy_of

log = structlog.get_logger(__name__)

# Of an import that is held.
HELD = "too_many_wrong"


def send_when_compared(import_: Import, queue: Queue) -> None:
    """Have a forecast concluded, by the task that plans, when all its chunks are compared. Should
    it not be sent, it is when the import is found to make no progress."""
    if import_.dry_run and _compared(import_).exists():
        queue.plan(str(import_.pk))


def conclude(import_: Import, queue: Queue, deadline: Deadline) -> bool:
    """End a forecast whose chunks are all compared. Whether it is to go on as an import instead,
    as few enough of its rows would be rejected. Harmless to repeat. Raises FileError and
    ServiceError."""
    if not _compared(import_).exists():
        return False
    import_.refresh_from_db()
    kept = (import_.forecast or {}).get("merging")
    merged = Merged.from_json(kept) if kept else Merged()
    repository = pinned_kind(import_.kind, import_.kind_version).repository
    merging = Merging(import_, repository, policy_of(import_), deadline, merged)
    if not merging.run(deadline.share(0.5)):
        _compared(import_).update(
            forecast={"merging": merged.as_json()}, progress_at=timezone.now(), resumes=0
        )
        queue.plan(str(import_.pk))
        return False
    _check(import_, merged.counts)
    for name, change in merged.counts.items():
        setattr(import_, name, getattr(import_, name) + change)
    is_held = import_.hold_above is not None and import_.rejected_percent > import_.hold_above
    if import_.hold_above is not None and not is_held:
        return True
    _end(import_, merged, is_held=is_held)
    return False


def _end(import_: Import, merged: Merged, *, is_held: bool) -> None:
    with transaction.atomic():
        ended = _compared(import_).update(
            state=State.HELD if is_held else State.DONE,
            finished_at=timezone.now(),
            bytes_done=F("bytes_total"),
            error_code=HELD if is_held else "",
            error_detail=_why_held(import_) if is_held else "",
            forecast=forecast_result(import_, merged.writes),
            **{name: F(name) + count for name, count in merged.counts.items()},
        )
        if ended and is_held:
            telling.tell_of(import_)
    if ended:
        import_.refresh_from_db()
        log.info("forecast done", import_id=str(import_.pk), **import_.forecast_receipt.as_dict())


def _why_held(import_: Import) -> str:
    return (
        f"Held before anything was written: {import_.rejected_percent} % of its rows would be"
        f" rejected, and {import_.hold_above} % is the limit. See what is wrong, correct the file"
        " and upload it again; or import it anyway."
    )


def _check(import_: Import, change: Counter[str]) -> None:
    """Raises FileError for one that says nothing, or nothing that can be believed."""
    if not import_.read:
        raise FileError("no_rows", "The file has a header but no rows. Add rows below the header.")
    if not import_.receipt.adds_up or change.total():
        log.error("forecast does not add up", import_id=str(import_.pk), change=dict(change))
        raise FileError(
            "receipt_mismatch",
            "The counts of the rows do not add up. This is a fault in Sluice: please report it.",
        )


def _compared(import_: Import) -> QuerySet[Import]:
    """The forecast, when it is planned, has no chunk left, and was not ended."""
    unfinished = Chunk.objects.filter(import_record=OuterRef("pk"), is_done=False)
    found = Import.objects.filter(pk=import_.pk, is_planned=True, dry_run=True)
    return found.filter(progress.writable()).exclude(Exists(unfinished))
