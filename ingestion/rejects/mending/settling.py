"""How the rejects of an import are settled: each is open, mended or let go of, and counted once.

Whoever changes the state of rows locks their import first (:func:`locked_import`), and has it count
them again in the same transaction (:func:`recount`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from ingestion.models import Import
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects.mending.batches import batched
from ingestion.rejects.mending.models import Mend, MendState

_A_STATEMENT = 500


def locked_import(import_id: Any) -> Import | None:
    """An import whose rejects nobody else changes before the transaction ends; None when it was
    deleted."""
    return Import.objects.select_for_update().filter(pk=import_id).first()


def recount(import_id: Any) -> None:
    """Count the settled rejects of an import that is locked."""
    counts = Mend.objects.filter(import_record=import_id).aggregate(
        mended=Count("pk", filter=Q(state=MendState.MENDED)),
        let_go=Count("pk", filter=Q(state=MendState.LET_GO)),
    )
    Import.objects.filter(pk=import_id).exclude(**counts).update(**counts)


def account(child: Import, stored: Sequence[int], rejected: Iterable[ParsedRow]) -> None:
    """Tell the import whose rows a child loads which of them, by their lines, are records now, and
    which were rejected again. In the transaction that counts them for the child."""
    if child.parent_id is None or locked_import(child.parent_id) is None:
        return
    loading = Mend.objects.filter(child=child, state=MendState.LOADING)
    for lines in batched(stored, _A_STATEMENT):
        loading.filter(line__in=lines).update(state=MendState.MENDED, faults=[])
    for row in rejected:
        faults = [fault.as_dict() for fault in row.faults]
        loading.filter(line=row.line).update(state=MendState.OPEN, faults=faults, child=None)
    recount(child.parent_id)


def reopen(child: Import) -> None:
    """Of a child that was taken back: its rows can be loaded again."""
    _make_ready(child, MendState.MENDED)


def give_back(child: Import) -> None:
    """Of a child that has ended: rows of which it told nothing can be loaded again."""
    if child.is_mended:
        _make_ready(child, MendState.LOADING)


def _make_ready(child: Import, state: MendState) -> None:
    """Those of a child's rows that are in this state."""
    if child.parent_id is None:
        return
    with transaction.atomic():
        if locked_import(child.parent_id) is None:
            return
        rows = Mend.objects.filter(child=child, state=state)
        rows.update(state=MendState.READY, child=None)
        recount(child.parent_id)
