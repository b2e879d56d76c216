"""The rejects of an import as a grid: whole rows, with what is wrong in the cells where it is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from ingestion.models import RUNNING, Import
from ingestion.reading.file_error import FileError
from ingestion.rejects.mending import bulk, listing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.checking import Checker, can_be_edited
from ingestion.rejects.mending.editing import MendedReject, padded
from ingestion.rejects.mending.models import FIXED, Mend, MendState

ROWS = 20
# Behind what was said of rows that were changed together.
MORE = " There may be more of them: repeat this."
_GROUPS = 30
_CHILDREN = 20
_LABELS = {
    MendState.OPEN: "wrong",
    MendState.READY: "ready",
    MendState.LOADING: "being loaded",
    MendState.MENDED: "mended",
    MendState.LET_GO: "let go",
}


@dataclass(frozen=True, slots=True)
class GridCell:
    """``why`` is what is wrong with it; ``is_changed`` tells that the file has another value."""

    place: int
    heading: str
    value: str
    why: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """``why`` is what is wrong with the whole row, ``by`` who did something to it last, and
    when."""

    line: int
    state: str
    label: str
    cells: list[GridCell]
    why: list[str]
    by: str
    can_edit: bool
    can_let_go: bool
    can_undo: bool

    def as_dict(self) -> dict[str, Any]:
        """For the script, which shows it in the place of what was typed."""
        return {
            "line": self.line,
            "state": self.state,
            "label": self.label,
            "cells": [[cell.value, cell.why, cell.is_changed] for cell in self.cells],
            "why": self.why,
            "by": self.by,
            "can_undo": self.can_undo,
            "can_let_go": self.can_let_go,
        }


def whole(import_: Import, after_line: int = 0, *, with_settled: bool = False) -> dict[str, Any]:
    """What the grid needs. Raises ServiceError."""
    checker = _checker(import_)
    rows, last = listing.page(import_, after_line, ROWS, with_settled=with_settled)
    shown = [row_of(one, checker) for one in rows]
    width = max([len(row.cells) for row in shown], default=0)
    header = checker.header if checker else []
    return {
        "import_record": import_,
        "headings": [*header, *[""] * (width - len(header))],
        "grid_rows": shown,
        "grid_after": after_line,
        "grid_next": last,
        "with_settled": with_settled,
        "groups": groups(import_, checker),
        **standing(import_),
    }


def standing(import_: Import) -> dict[str, Any]:
    """How many rejects are in which state, and what loads them."""
    counts = dict(
        Mend.objects.filter(import_record=import_).values_list("state").annotate(Count("pk"))
    )
    return {
        "ready": counts.get(MendState.READY, 0),
        "loading": counts.get(MendState.LOADING, 0),
        "children": list(import_.children.order_by("-created_at")[:_CHILDREN]),
        "is_loading": import_.children.filter(state__in=RUNNING).exists(),
    }


def groups(import_: Import, checker: Checker | None) -> list[tuple[Any, bool]]:
    """The groups of open rejects, and of each whether it is of one column."""
    found = listing.open_groups(import_)[:_GROUPS]
    return [(one, _is_of_one_column(checker, one.column)) for one in found]


def row_of(found: MendedReject, checker: Checker | None) -> GridRow:
    """A reject for the grid; without a checker, as the kind is gone, nothing can be edited."""
    header = checker.header if checker else []
    cells = padded(found.cells, header)
    original = padded(found.reject.cells, cells)
    is_wrong = found.state in (MendState.OPEN, MendState.LET_GO)
    by_place: dict[int, list[str]] = {}
    why: list[str] = []
    for fault in found.faults if is_wrong else []:
        places = checker.places_of(fault["column"]) if checker else ()
        for place in places:
            by_place.setdefault(place, []).append(fault["detail"])
        why.append(f"{fault['column']} {fault['detail']}".strip())
    return GridRow(
        line=found.reject.line,
        state=found.state.value,
        label=_LABELS[found.state],
        cells=[
            GridCell(
                place,
                header[place] if place < len(header) else f"cell {place + 1}",
                cell,
                "; ".join(by_place.get(place, [])),
                is_changed=place >= len(original) or cell != original[place],
            )
            for place, cell in enumerate(cells)
        ],
        why=why,
        by=_by(found),
        can_edit=checker is not None
        and found.state not in (*FIXED, MendState.LET_GO)
        and can_be_edited(found.reject),
        can_let_go=found.state not in (*FIXED, MendState.LET_GO),
        can_undo=found.mend is not None and found.state not in FIXED,
    )


def _by(found: MendedReject) -> str:
    if found.mend is None:
        return ""
    what = "let go of" if found.state is MendState.LET_GO else "edited"
    who = f" by {found.edited_by}" if found.edited_by else ""
    return f"{what}{who}, {found.mend.at:%Y-%m-%d %H:%M} UTC"


def offer(import_: Import, before: MendedReject, after: MendedReject) -> dict[str, Any] | None:
    """After an edit of one wrong cell: the same for the other rows with its fault and its value,
    if there are any. Raises ServiceError."""
    checker = _checker(import_)
    if checker is None:
        return None
    old, new = (padded(one.cells, checker.header) for one in (before, after))
    pairs = enumerate(zip(old, new, strict=False))
    changed = [place for place, (one, other) in pairs if one != other]
    if len(changed) != 1:
        return None
    (place,) = changed
    for fault in before.faults:
        if checker.places_of(fault["column"]) == (place,):
            name = FaultName(fault["code"], fault["column"])
            count, is_whole = bulk.count(import_, name, place, old[place])
            change = {"column": name.column, "old": old[place], "new": new[place], "count": count}
            return {"code": name.code, "is_whole": is_whole, **change} if count else None
    return None


def is_of_one_column(import_: Import, column: str) -> bool:
    """Whether faults of a column are about one cell of a row."""
    return _is_of_one_column(_checker(import_), column)


def _checker(import_: Import) -> Checker | None:
    try:
        return Checker(import_)
    except FileError:
        return None


def _is_of_one_column(checker: Checker | None, column: str) -> bool:
    return checker is not None and len(checker.places_of(column)) == 1
