"""Taking an import back, as SQL knows it: which chunks are left, what became of the rows of the
others, and the sum at the end. Each change is one conditional update, as in progress.py."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from ingestion.models import Chunk, Import, State
from ingestion.rejects.mending import settling
from ingestion.running.ended import telling
from ingestion.running.ended.undo.columns import Undo
from messages_app.store import day_index

log = structlog.get_logger(__name__)

# A task is in the dead-letter queue; it goes on when that is redriven.
DEAD_LETTER = "undo_dead_letter"
STOPPED = "undo_stopped"
MISMATCH = "undo_mismatch"


@dataclass(frozen=True, slots=True)
class ChunkOutcome:
    """What became of the rows of a chunk. ``uncounted`` rows are in no receipt yet, as the process
    that wrote them died: how many by outcome. ``days`` are changes of the register, ``left_new``
    counts by date the records that stay and are the import's own."""

    counts: Undo
    days: Mapping[str, int]
    left_new: Mapping[str, int]
    uncounted: Counter[str] = field(default_factory=Counter)


def chunks_left(import_: Import) -> QuerySet[Chunk]:
    """Those that may have records in the table which are to be taken back."""
    wrote = Q(written__gt=0) | Q(kept__gt=0) | Q(replaced__gt=0)
    took_over = Q(unchanged__gt=0, import_record__on_conflict="replace")
    is_uncounted = Q(is_begun=True, is_done=False)
    found = import_.chunks.filter(wrote | took_over | is_uncounted, is_undone=False)
    return found.exclude(import_record__dry_run=True)


def begin_chunk(import_: Import, chunk: Chunk) -> bool:
    """Whether a chunk is to be taken back now; if so, that is remembered, before its records are
    read: who takes another import back looks at this."""
    if import_.state != State.UNDOING or chunk.is_undone:
        return False
    if not chunk.is_undo_begun:
        Chunk.objects.filter(pk=chunk.pk).update(is_undo_begun=True)
    return True


def save_found(chunk: Chunk, found: dict[str, Any], *, is_first: bool) -> dict[str, Any]:
    """Remember, before anything is done, which lines are taken back. Of two tasks that look for the
    first time, the other one's finding counts; it is returned."""
    rows = Chunk.objects.filter(pk=chunk.pk, is_undone=False)
    if is_first:
        rows = rows.filter(undo_found__isnull=True)
    if not rows.update(undo_found=found) and is_first:
        theirs: dict[str, Any] | None = Chunk.objects.values_list("undo_found", flat=True).get(
            pk=chunk.pk
        )
        return theirs or found
    return found


def progressed(import_: Import) -> None:
    """It goes on, though no chunk is done with."""
    Import.objects.filter(pk=import_.pk, state=State.UNDOING).update(
        progress_at=timezone.now(), resumes=0
    )


def chunk_undone(import_: Import, chunk: Chunk, outcome: ChunkOutcome) -> None:
    """Count what became of a chunk's rows, once; end the taking back with the last one."""
    counts = {f"undo_{name}": count for name, count in outcome.counts.as_dict().items()}
    late = {name: F(name) + count for name, count in _receipt(outcome.uncounted).items()}
    with transaction.atomic():
        changed = Chunk.objects.filter(pk=chunk.pk, is_undone=False).update(
            is_undone=True, new_by_date=dict(outcome.left_new), **counts, **late
        )
        if changed:
            Import.objects.filter(pk=import_.pk).update(
                progress_at=timezone.now(),
                resumes=0,
                **late,
                **{name: F(name) + count for name, count in counts.items()},
            )
            day_index.add(outcome.days, import_.kind)
    finish_if_complete(import_)


def _receipt(uncounted: Counter[str]) -> dict[str, int]:
    total = sum(uncounted.values())
    return {"read": total, **uncounted} if total else {}


def finish_if_complete(import_: Import) -> None:
    """End it when no chunk is left."""
    if chunks_left(import_).exists():
        return
    ended = Import.objects.filter(pk=import_.pk, state=State.UNDOING).update(
        state=State.UNDONE, undo_ended_at=timezone.now(), notices=[]
    )
    if ended:
        settling.reopen(import_)
        _check(Import.objects.get(pk=import_.pk))


def _check(import_: Import) -> None:
    """What was stored, and what became of it, add up; else that is a failure, and says so."""
    names = list(Undo().as_dict())
    sums = import_.chunks.aggregate(**{name: Sum(f"undo_{name}", default=0) for name in names})
    is_all = import_.undo_counts.total == import_.receipt.stored
    if is_all and sums == import_.undo_counts.as_dict():
        log.info("import taken back", import_id=str(import_.pk), **sums)
        return
    log.error("taking back does not add up", import_id=str(import_.pk), sums=sums)
    Import.objects.filter(pk=import_.pk, state=State.UNDONE).update(
        state=State.FAILED,
        error_code=MISMATCH,
        error_detail="The counts of the records that were taken back do not add up. This is a fault"
        " in Sluice: please report it.",
    )


def fail(import_: Import, code: str, detail: str) -> None:
    """End it early with a sentence that says why. What was taken back stays so."""
    with transaction.atomic():
        changed = Import.objects.filter(pk=import_.pk, state=State.UNDOING).update(
            state=State.FAILED, error_code=code, error_detail=detail, undo_ended_at=timezone.now()
        )
        if changed:
            telling.tell_of(import_)
            log.warning("taking back failed", import_id=str(import_.pk), code=code)


def stop(import_: Import) -> bool:
    """End it early, as somebody asked for. False when it had ended."""
    changed = Import.objects.filter(pk=import_.pk, state=State.UNDOING).update(
        state=State.CANCELLED,
        error_code=STOPPED,
        error_detail="Taking it back was stopped half-way: the numbers below count the rows "
        "that were taken back. Take it back to continue, or run it again to have all its records.",
        undo_ended_at=timezone.now(),
    )
    return bool(changed)
