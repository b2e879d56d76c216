"""Rejects as people look at them: a page of rows, and what is wrong with the open ones."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.rejects import store, summary
from ingestion.rejects.mending.batches import batched
from ingestion.rejects.mending.editing import MendedReject, with_mends
from ingestion.rejects.mending.models import SETTLED, Mend, MendState
from ingestion.rejects.summary import FaultGroup

# A page ends where looking for its rows took so long, or behind so many characters.
_SECONDS = 3
_CHARACTERS = 500_000


def page(
    import_: Import, after_line: int, size: int, *, with_settled: bool
) -> tuple[list[MendedReject], int | None]:
    """The rejects behind a line, and the line behind which the next page begins; None on the last
    one. Raises ServiceError."""
    deadline = Deadline(_SECONDS)
    rows: list[MendedReject] = []
    length, line = 0, after_line
    for found in _each(import_, after_line, size):
        if len(rows) == size or length > _CHARACTERS or deadline.passed:
            return rows, line
        line = found.reject.line
        if with_settled or found.state not in SETTLED:
            rows.append(found)
            length += sum(map(len, found.cells))
    return rows, None


def open_groups(import_: Import) -> list[FaultGroup]:
    """What is wrong with the rejects that are open, the largest group first; the first line and
    its value are those of the file."""
    left = {(one.code, one.column): one for one in summary.of_import(import_)}
    counts = Counter({name: one.count for name, one in left.items()})
    mends = Mend.objects.filter(import_record=import_)
    for was, state, faults, line in mends.values_list("was", "state", "faults", "line").iterator():
        counts.subtract(tuple(name) for name in was or [])
        if state == MendState.OPEN:
            for fault in faults:
                name = (fault["code"], fault["column"])
                counts[name] += 1
                left.setdefault(name, FaultGroup(count=0, line=line, **fault))
    groups = [replace(one, count=counts[name]) for name, one in left.items() if counts[name] > 0]
    return sorted(groups, key=lambda group: -group.count)


def _each(import_: Import, after_line: int, size: int) -> Iterator[MendedReject]:
    for some in batched(store.stored(import_, after_line), size + 1):
        yield from with_mends(import_, some)
