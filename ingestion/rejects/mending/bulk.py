"""What is done to many open rejects at once: those with one fault, or all. Each call is bounded in
rows and in time, and tells whether it came to the end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from common.deadline import Deadline
from ingestion.formats.models import FormatVersion
from ingestion.models import Import
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store
from ingestion.rejects.mending import editing, loading
from ingestion.rejects.mending.batches import batched
from ingestion.rejects.mending.checking import Checker, can_be_edited
from ingestion.rejects.mending.editing import MendedReject
from ingestion.rejects.mending.models import FIXED, Mend, MendState

MAX_ROWS = 10_000
_AT_ONCE = 500
_SECONDS = 10
_SECONDS_TO_COUNT = 1


@dataclass(frozen=True, slots=True)
class FaultName:
    """What rejects are told apart by: the code of a fault and its column, '' for the row."""

    code: str
    column: str

    def is_of(self, found: MendedReject) -> bool:
        return any((one["code"], one["column"]) == (self.code, self.column) for one in found.faults)


@dataclass
class Mended:
    """How many rows were changed, and how many of them are ready now. ``is_whole`` is false where
    rows may be left that were not looked at."""

    changed: int = 0
    ready: int = 0
    is_whole: bool = True


def replace(import_: Import, name: FaultName, old: str | None, new: str, user: Any) -> Mended:
    """Write ``new`` into the column of all open rejects with this fault; with ``old`` only where
    the cell has that. Raises CannotMend, FileError and ServiceError."""
    editing.check_cells([new])
    editing.check_ended(import_)
    if not import_.rejected:  # perhaps no header was read either
        return Mended()
    checker = Checker(import_)
    place = _only_place(checker, name.column)

    def edited(found: MendedReject) -> list[str] | None:
        cells = editing.padded(found.cells, checker.header)
        if cells[place] == new or (old is not None and cells[place] != old):
            return None
        cells[place] = new
        return cells

    return _edit_all(import_, checker, name, edited, user)


def let_go(import_: Import, name: FaultName | None, user: Any) -> Mended:
    """Let go of all open rejects with this fault, or without one of all. Rows that are ready stay.
    Raises CannotMend and ServiceError."""
    outcome = Mended()
    for some in _open(import_, name, outcome):
        outcome.changed += editing.let_go(import_, [one.reject for one in some], user)
    return outcome


def first(import_: Import, name: FaultName, maximum: int) -> list[MendedReject]:
    """The first open rejects with this fault."""
    found: list[MendedReject] = []
    for some in _open(import_, name, Mended(), _SECONDS_TO_COUNT):
        found += some[: maximum - len(found)]
        if len(found) == maximum:
            break
    return found


def read_again(
    import_: Import, name: FaultName, version: FormatVersion, user: Any, send: Callable[[str], None]
) -> tuple[Import | None, int]:
    """Load the open rejects with this fault that a version of the format reads as they are in the
    file: the import that does, and of how many rows. Raises as :func:`replace`."""
    checker = Checker(import_, version)
    rows: list[tuple[MendedReject, ParsedRow]] = []
    for some in _open(import_, name, Mended()):
        plain = [one for one in some if one.cells == one.reject.cells and _is_whole(one)]
        read = [(one, checker.checked(one.reject, one.cells)) for one in plain]
        rows += [(one, row) for one, row in read if row.record is not None]
    rows = rows[:MAX_ROWS]
    with editing.changing(import_):
        lines = []
        for some_rows in batched(rows, _AT_ONCE):
            mends = _changeable(import_, [one.reject for one, _ in some_rows])
            for one, row in some_rows:
                if mend := mends.get(one.reject.line):
                    editing.keep(mend, one.cells, row, user)
                    lines.append(mend.line)
        child = loading.make_child(import_, user, version, lines) if lines else None
    if child is not None:
        send(str(child.pk))
    return child, len(lines)


def _is_whole(found: MendedReject) -> bool:
    is_short = sum(map(len, found.cells)) <= editing.MAX_CHARACTERS
    return is_short and can_be_edited(found.reject)


def count(import_: Import, name: FaultName, place: int, value: str) -> tuple[int, bool]:
    """How many open rejects with this fault have a value in a cell, and whether all were looked
    at."""
    outcome = Mended()
    found = 0
    for some in _open(import_, name, outcome, _SECONDS_TO_COUNT):
        found += sum(1 for one in some if place < len(one.cells) and one.cells[place] == value)
    return found, outcome.is_whole


def _edit_all(
    import_: Import,
    checker: Checker,
    name: FaultName,
    edited: Callable[[MendedReject], list[str] | None],
    user: Any,
) -> Mended:
    outcome = Mended()
    for some in _open(import_, name, outcome):
        changes = [
            (one, cells)
            for one in some
            if can_be_edited(one.reject) and (cells := edited(one)) is not None
        ]
        rows = [(one, cells, checker.checked(one.reject, cells)) for one, cells in changes]
        with editing.changing(import_):
            mends = _changeable(import_, [one.reject for one, _ in changes])
            for one, cells, row in rows:
                mend = mends.get(one.reject.line)
                if mend is not None:
                    mend.before = one.cells
                    editing.keep(mend, cells, row, user)
                    outcome.changed += 1
                    outcome.ready += row.record is not None
    return outcome


def _changeable(import_: Import, rejects: Sequence[ParsedRow]) -> dict[int, Mend]:
    """Of rows that were open, those which still are to be edited, by line."""
    lines = [reject.line for reject in rejects]
    known = {one.line: one for one in Mend.objects.filter(import_record=import_, line__in=lines)}
    found = [known.get(one.line) or editing.new_mend(import_, one) for one in rejects]
    fixed = (*FIXED, MendState.LET_GO)
    return {mend.line: mend for mend in found if mend.state not in fixed}


def _open(
    import_: Import, name: FaultName | None, outcome: Mended, seconds: float = _SECONDS
) -> Iterator[list[MendedReject]]:
    """Open rejects, some at a time, as far as time and number go."""
    deadline = Deadline(seconds)
    count = 0
    for some in batched(store.stored(import_), _AT_ONCE):
        if count >= MAX_ROWS or deadline.passed:
            outcome.is_whole = False
            return
        found = [
            one
            for one in editing.with_mends(import_, some)
            if one.state is MendState.OPEN and (name is None or name.is_of(one))
        ]
        count += len(found)
        if found:
            yield found


def _only_place(checker: Checker, column: str) -> int:
    """The cell of a column. Raises CannotMend where it is not one."""
    places = checker.places_of(column)
    if len(places) != 1:
        raise editing.CannotMend(
            "no_column", "This fault is not of one column: mend the rows one by one."
        )
    return places[0]
