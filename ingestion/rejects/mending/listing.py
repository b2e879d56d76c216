"""Rejects as people look at them: a page of rows, and what is wrong with the open ones."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from common.deadline import Deadline
from ingestion.models import Chunk, Import
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
    return next(groups for _, groups in open_groups_of([import_]))


def open_groups_of(imports: Sequence[Import]) -> Iterator[tuple[Import, list[FaultGroup]]]:
    """The same of several imports, in few statements."""
    chunks = Chunk.objects.filter(import_record__in=imports, rejected__gt=0).order_by("number")
    summaries: dict[Any, summary.Summary] = defaultdict(summary.Summary)
    for import_id, kept in chunks.values_list("import_record", "faults").iterator():
        summaries[import_id].add_kept(kept)
    mends: dict[Any, list[Mend]] = defaultdict(list)
    found = Mend.objects.filter(import_record__in=imports)
    for mend in found.only("import_record_id", "was", "state", "faults", "line").iterator():
        mends[mend.import_record_id].append(mend)
    for import_ in imports:
        yield import_, _left(summaries[import_.pk].groups(), mends[import_.pk])


def _left(groups: list[FaultGroup], mends: list[Mend]) -> list[FaultGroup]:
    """Of the groups of a file, what is left of them after all that was done to its rows."""
    left = {(one.code, one.column): one for one in groups}
    counts = Counter({name: one.count for name, one in left.items()})
    for mend in mends:
        counts.subtract(tuple(name) for name in mend.was or [])
        for fault in mend.faults if mend.state == MendState.OPEN else []:
            name = (fault["code"], fault["column"])
            counts[name] += 1
            left.setdefault(name, FaultGroup(count=0, line=mend.line, **fault))
    open_ = [replace(one, count=counts[name]) for name, one in left.items() if counts[name] > 0]
    return sorted(open_, key=lambda group: -group.count)


def _each(import_: Import, after_line: int, size: int) -> Iterator[MendedReject]:
    for some in batched(store.stored(import_, after_line), size + 1):
        yield from with_mends(import_, some)
