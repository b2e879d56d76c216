"""What the pages show of an import that is or was taken back."""

from dataclasses import dataclass
from typing import Any

from common.errors import ServiceError
from common.pages.text import counted
from ingestion.models import Import, State
from ingestion.running.ended.undo import account, beginning, left
from ingestion.running.ended.undo.left import LeftRecord
from messages_app.pages.kind_pages import KindPages

_SHOWN = 10
_A_PAGE = 100
_MEANINGS = {
    "reversed": "records deleted",
    "restored": "what they replaced was put back",
    "edited": "left: edited since, or nothing to put back",
    "gone": "deleted or replaced before",
}


@dataclass(frozen=True, slots=True)
class UndoPart:
    """One of the numbers that add up to what the import had stored."""

    name: str
    count: int
    meaning: str


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A record that stayed, and the address of its page; '' when its kind was deleted."""

    record: LeftRecord
    url: str


def progress(import_: Import) -> dict[str, Any]:
    """What changes while it goes on."""
    if import_.undo is None:
        return {"can_take_back": beginning.may_begin(import_)}
    counts = import_.undo.as_dict()
    return {
        "can_take_back": beginning.may_begin(import_),
        "undo_parts": [UndoPart(name, counts[name], text) for name, text in _MEANINGS.items()],
        "undo_stored": import_.receipt.stored,
        "undo_left": max(0, import_.receipt.stored - import_.undo.total),
        "undo_percent": _percent(import_),
    }


def whole(import_: Import, here: KindPages | None) -> dict[str, Any]:
    """The records that stayed, the first of them; ``here`` are the pages of their kind."""
    if not import_.undo_edited:
        return {}
    try:
        found, more = left.page(import_, 0, _SHOWN)
    except ServiceError:  # the rest of the page is worth showing
        return {"left_records": None}
    return {"left_records": _rows(found, here), "has_more_left": more is not None}


def left_page(import_: Import, after_line: int, here: KindPages) -> dict[str, Any]:
    """A page of them. Raises ServiceError."""
    found, last = left.page(import_, after_line, _A_PAGE)
    return {"left_records": _rows(found, here), "next_line": last}


def _rows(found: list[LeftRecord], here: KindPages | None) -> list[LeftRow]:
    return [LeftRow(one, here.record((one.date, one.time)) if here else "") for one in found]


def in_words(import_: Import) -> str:
    """Such as ``20 rows: 18 reversed, 2 edited``."""
    undo = import_.undo_counts
    parts = [f"{count:,} {name}" for name, count in undo.as_dict().items() if count]
    return f"{counted(undo.total, 'row')}: {', '.join(parts)}" if parts else "nothing"


def _percent(import_: Import) -> int:
    if import_.state == State.UNDONE:
        return 100
    done = import_.chunks.filter(is_undone=True).count()
    left_ = account.chunks_left(import_).count()
    return min(99, 100 * done // (done + left_)) if left_ else 99
