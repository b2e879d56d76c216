"""What the pages show of an import besides its own columns."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.http import urlencode

from common.errors import ServiceError
from common.pages.text import time_in_words
from ingestion.models import RUNNING, Import, State
from ingestion.presentation import dates, forecast, prices, spent, timeline, undo_detail
from ingestion.presentation.receipt import receipt_parts
from ingestion.presentation.speed import speed
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store, summary
from ingestion.running.ended.verifying import account as verifications
from messages_app.pages.kind_pages import KindPages, pages_of

REJECTS_SHOWN = 20
# Dates with new records: beside each other, and in a list that can be opened.
_DAYS_SHOWN = 5
_DAYS_LISTED = 400
_PARTS_LISTED = 20


def progress(import_: Import, seen: str = "", told: str = "") -> dict[str, Any]:
    """What the live part of an import's page needs. ``seen`` is for the speed, see there; ``told``
    is the state that the page has announced."""
    going = speed(import_, seen, timezone.now())
    return {
        "import_record": import_,
        "parts": receipt_parts(import_),
        "speed": going,
        "left": time_in_words(going.seconds_left) if going.seconds_left is not None else "",
        "took": time_in_words(_seconds(import_)) if import_.state == State.DONE else "",
        "is_new_state": bool(told) and told != import_.state,
        **undo_detail.progress(import_),
    }


def whole(import_: Import, seen: str) -> dict[str, Any]:
    """What an import's page needs besides its rejected rows."""
    layout = Layout.from_json(import_.layout) if import_.layout else None
    added = dates.added_by(import_)
    span = dates.of_import(import_)
    here = _pages(import_)
    return {
        **progress(import_, seen),
        "added": added[:_DAYS_SHOWN],
        "added_before": added[_DAYS_SHOWN:_DAYS_LISTED],
        "days_left_out": max(0, len(added) - _DAYS_LISTED),
        "dates": None if added or import_.dry_run else span,
        "records_query": _records_query(import_, span),
        "events": timeline.of_import(import_),
        "extra_columns": layout.extra if layout else [],
        "kept_columns": layout.kept if layout else [],
        "lines_above": layout.above if layout else [],
        "later_headers": layout.later if layout else [],
        "repeated_headers": layout.repeats if layout else 0,
        "here": here,
        **_foretold(import_),
        "verification": verifications.latest(import_),
        "can_be_verified": verifications.is_verifiable(import_),
        "uncounted": _uncounted(import_),
        **undo_detail.whole(import_, here),
    }


def _foretold(import_: Import) -> dict[str, Any]:
    """What a forecast says besides its counts."""
    found = forecast.of_import(import_)
    if found is None:
        return {}
    return {
        "forecast": found,
        "forecast_price": spent.price(found.cost.dollars),
        "forecast_time": time_in_words(found.seconds),
        "prices": prices,
    }


def _uncounted(import_: Import) -> list[tuple[int, int]]:
    """Of an ended import the first and last lines of its parts that were being written: of their
    rows some may be in the table and not on the receipt."""
    if import_.state in RUNNING:
        return []
    begun = import_.chunks.filter(is_begun=True, is_done=False, is_undone=False)[:_PARTS_LISTED]
    return [(one.first_line, one.first_line + one.lines - 1) for one in begun]


def _records_query(import_: Import, span: tuple[str, str] | None) -> str:
    """What an address asks exactly its records for, with the dates between which they are."""
    dates_ = {"date_from": span[0], "date_to": span[1]} if span else {}
    return urlencode({**dates_, "import": str(import_.pk)})


def _pages(import_: Import) -> KindPages | None:
    """The pages of its records; None when their kind was deleted since."""
    try:
        return pages_of(import_.kind)
    except Http404:
        return None


def any_running(imports: Iterable[Import]) -> bool:
    return any(import_.is_at_work for import_ in imports)


def rejected(import_: Import) -> dict[str, Any]:
    """What the page shows of the rejected rows to those who do not mend them."""
    if not import_.rejected:
        return {}
    found: list[ParsedRow] | None
    try:
        found = store.page(import_, 0, REJECTS_SHOWN)[0]
    except ServiceError:  # the rest of the page is worth showing
        found = None
    return {"reject_groups": summary.of_import(import_), "rejects": found}


def _seconds(import_: Import) -> float:
    """How long an ended import took."""
    return (import_.finished_at - import_.created_at).total_seconds() if import_.finished_at else 0
