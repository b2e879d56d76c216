"""Rejects are edited, let go of, put back, and loaded: what people do, one change a transaction."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.errors import NotFound
from ingestion.models import Import, State
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store
from ingestion.rejects.mending import loading
from ingestion.rejects.mending.batches import batched
from ingestion.rejects.mending.checking import Checker, can_be_edited
from ingestion.rejects.mending.models import FIXED, Mend, MendState
from ingestion.rejects.mending.settling import locked_import, recount

# Of an edited row: more is for the downloaded file.
MAX_CHARACTERS = 64 * 1024
MAX_CELLS = 1_000
_A_STATEMENT = 500
# What neither databases nor UTF-8 hold.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class CannotMend(Exception):
    """This cannot be done with these rejects now. ``code`` is for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class MendedReject:
    """A rejected row as the file has it, and what was done to it, if anything was."""

    reject: ParsedRow
    mend: Mend | None

    @property
    def state(self) -> MendState:
        return MendState(self.mend.state) if self.mend else MendState.OPEN

    @property
    def edited_by(self) -> str | None:
        """Who edited it last, or let go of it; None of one to which nothing was done, or by
        nobody whose account is there yet."""
        return self.mend.by.get_username() if self.mend and self.mend.by else None

    @property
    def cells(self) -> list[str]:
        """As they are now."""
        edited = self.mend.cells if self.mend else None
        return self.reject.cells if edited is None else edited

    @property
    def faults(self) -> list[dict[str, str]]:
        """What is wrong with it now."""
        if self.mend is None or (self.mend.cells is None and self.state is MendState.LET_GO):
            return [fault.as_dict() for fault in self.reject.faults]
        return list(self.mend.faults)

    def as_dict(self) -> dict[str, Any]:
        """As the API gives it: the reject, and what became of it."""
        mend = self.mend
        edited = mend is not None and mend.cells is not None
        return {
            **store.as_dict(self.reject),
            "state": self.state.value,
            "mended": {"row": self.cells, "faults": self.faults} if edited else None,
            "edited_by": self.edited_by,
            "edited_at": mend.at.isoformat() if mend else None,
            "import": str(mend.child_id) if mend and mend.child_id else None,
        }


def with_mends(import_: Import, rejects: Sequence[ParsedRow]) -> list[MendedReject]:
    """Rejects with what was done to them."""
    lines = [reject.line for reject in rejects]
    found: dict[int, Mend] = {}
    for some in batched(lines, _A_STATEMENT):
        mends = Mend.objects.select_related("by").filter(import_record=import_, line__in=some)
        found |= {mend.line: mend for mend in mends}
    return [MendedReject(reject, found.get(reject.line)) for reject in rejects]


def one(import_: Import, line: int) -> MendedReject:
    """The reject that begins in a line. Raises NotFound and ServiceError."""
    reject = next(store.stored(import_, line - 1), None)
    if reject is None or reject.line != line:
        raise NotFound(f"No row of this import was rejected in line {line}")
    return with_mends(import_, [reject])[0]


def padded(cells: Sequence[str], header: Sequence[str]) -> list[str]:
    """With a cell for each column."""
    return [*cells, *[""] * (len(header) - len(cells))]


def check_cells(cells: Sequence[str]) -> None:
    """Raises CannotMend when they are more, longer or other than can be kept."""
    if len(cells) > MAX_CELLS or sum(map(len, cells)) > MAX_CHARACTERS:
        raise CannotMend(
            "row_too_long",
            f"A row that is mended here has at most {MAX_CELLS:,} cells and {MAX_CHARACTERS:,}"
            " characters: mend it in the downloaded file.",
        )
    if any(_NO_TEXT.search(cell) for cell in cells):
        raise CannotMend("not_text", "A cell has characters that are not text: leave them out.")


def edit(import_: Import, line: int, cells: list[str], user: Any) -> MendedReject:
    """Keep a row as it was edited, with what is wrong with it, if anything is. Raises CannotMend,
    NotFound, FileError and ServiceError."""
    check_cells(cells)
    check_ended(import_)
    found = one(import_, line)
    if not can_be_edited(found.reject):
        raise CannotMend(
            "cut_off",
            "Only the beginning of this row is kept, and it may cover many rows: correct the "
            "file, or let go of the row.",
        )
    row = Checker(import_).checked(found.reject, cells, looks_up=True)
    with changing(import_):
        mend = _editable(import_, found.reject)
        mend.before = mend.cells if mend.cells is not None else found.reject.cells
        keep(mend, cells, row, user)
    return MendedReject(found.reject, mend)


def keep(mend: Mend, cells: list[str], row: ParsedRow, user: Any) -> None:
    """Keep what a row was edited to and how it was found to be."""
    mend.cells, mend.by = cells, user
    mend.faults = [fault.as_dict() for fault in row.faults]
    mend.state = MendState.READY if row.record is not None else MendState.OPEN
    mend.save()


def undo(import_: Import, line: int, user: Any) -> MendedReject:
    """Take back the last edit of a row, or that it was let go of. Raises as :func:`edit`."""
    check_ended(import_)
    found = one(import_, line)
    mend = found.mend
    cells = None
    if mend is not None:
        cells = mend.cells if found.state is MendState.LET_GO else mend.before
    if cells is None or cells == found.reject.cells:
        return put_back(import_, line)
    row = Checker(import_).checked(found.reject, cells, looks_up=True)
    with changing(import_):
        mend = _editable(import_, found.reject)
        mend.before = None
        keep(mend, cells, row, user)
    return MendedReject(found.reject, mend)


def put_back(import_: Import, line: int) -> MendedReject:
    """Have a row be as the file has it. Raises as :func:`edit`."""
    found = one(import_, line)
    with changing(import_):
        mend = _editable(import_, found.reject)
        if mend.pk:
            mend.delete()
    return MendedReject(found.reject, None)


def let_go(import_: Import, rejects: Sequence[ParsedRow], user: Any) -> int:
    """Let go of rejects; how many were not let go of until now. Raises CannotMend."""
    with changing(import_):
        before = Mend.objects.filter(import_record=import_, state=MendState.LET_GO).count()
        for some in batched(rejects, _A_STATEMENT):
            lines = [reject.line for reject in some]
            known = Mend.objects.filter(import_record=import_, line__in=lines)
            open_ = known.exclude(state__in=(*FIXED, MendState.LET_GO))
            open_.update(state=MendState.LET_GO, by=user, at=timezone.now())
            there = set(known.values_list("line", flat=True))
            new = [new_mend(import_, reject) for reject in some if reject.line not in there]
            for mend in new:
                mend.state, mend.by = MendState.LET_GO, user
            Mend.objects.bulk_create(new)
        after = Mend.objects.filter(import_record=import_, state=MendState.LET_GO).count()
    return after - before


def load(import_: Import, user: Any, send: Callable[[str], None]) -> Import:
    """Load the rows that are ready: the import that does, for which ``send`` sends the plan.
    Raises CannotMend and ServiceError."""
    with changing(import_):
        child = loading.make_child(import_, user)
    if child is None:
        raise CannotMend("nothing_to_load", "No row is ready to be loaded: mend one first.")
    send(str(child.pk))
    return child


@contextmanager
def changing(import_: Import) -> Iterator[None]:
    """A transaction that changes rejects of an import, and counts them. Raises CannotMend."""
    with transaction.atomic():
        now = locked_import(import_.pk)
        if now is None:
            raise CannotMend("import_deleted", "The import was deleted.")
        check_ended(now)
        yield
        recount(import_.pk)


def check_ended(import_: Import) -> None:
    """Raises CannotMend where the rejects of an import cannot be mended, as it is now."""
    if import_.parent_id is not None:
        raise CannotMend(
            "mended_before",
            "These rows belong to another import, where they are open again: mend them there.",
        )
    if import_.dry_run:
        raise CannotMend(
            "forecast", "This is a forecast: import its file first, then mend the rejected rows."
        )
    if import_.is_at_work:
        raise CannotMend(
            "import_running",
            f"The import is running: it is {import_.state}. Wait for its end, or cancel it.",
        )
    if import_.state == State.UNDONE:
        raise CannotMend(
            "import_undone", "The import was taken back: run it again first, then mend its rows."
        )


def new_mend(import_: Import, reject: ParsedRow) -> Mend:
    """Of a reject to which nothing was done yet."""
    was = [[fault.code, fault.column] for fault in reject.faults]
    return Mend(import_record=import_, line=reject.line, was=was)


def _editable(import_: Import, reject: ParsedRow) -> Mend:
    """What was done to a reject, perhaps nothing yet, to be changed. Raises CannotMend."""
    mend = Mend.objects.filter(import_record=import_, line=reject.line).first()
    if mend is None:
        return new_mend(import_, reject)
    if mend.state in FIXED:
        done = "was loaded" if mend.state == MendState.MENDED else "is being loaded"
        raise CannotMend(
            "row_loaded", f"The row in line {reject.line} {done}: it can no longer be edited."
        )
    return mend
