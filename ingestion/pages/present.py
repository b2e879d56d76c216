"""What the pages show of an import besides its own columns."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from ingestion import fault_groups, rejects
from ingestion.layout import Layout
from ingestion.models import RUNNING, Import, Receipt, State
from ingestion.pages import dates
from ingestion.rows import Row
from messages_app.errors import ServiceError

REJECTS_SHOWN = 20

_MEANINGS = {
    "written": "new records",
    "unchanged": "an equal record was there",
    "kept": "stored beside a different record",
    "replaced": "took the place of a different record",
    "rejected": "not stored",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the numbers that make up a receipt."""

    name: str
    count: int
    meaning: str


def receipt_parts(receipt: Receipt) -> list[Part]:
    counts = receipt.as_dict()
    return [Part(name, counts[name], meaning) for name, meaning in _MEANINGS.items()]


def progress(of: Import) -> dict[str, Any]:
    """What the live part of an import's page needs."""
    return {
        "of": of,
        "parts": receipt_parts(of.receipt),
        "seconds": _seconds(of),
    }


def whole(of: Import) -> dict[str, Any]:
    """What an import's page needs."""
    layout = Layout.from_json(of.layout) if of.layout else None
    return {
        **progress(of),
        "dates": dates.of_import(of),
        "extra_columns": layout.extra if layout else [],
        "can_run_again": of.state in (State.FAILED, State.CANCELLED),
        **_rejected(of),
    }


def any_running(imports: list[Import]) -> bool:
    return any(of.state in RUNNING for of in imports)


def _rejected(of: Import) -> dict[str, Any]:
    if not of.rejected:
        return {}
    found: list[Row] | None
    try:
        found = list(islice(rejects.stored(of), REJECTS_SHOWN))
    except ServiceError:  # the rest of the page is worth showing
        found = None
    return {"reject_groups": fault_groups.of_import(of), "rejects": found}


def _seconds(of: Import) -> int | None:
    """How long an ended import took."""
    if of.finished_at is None:
        return None
    return max(0, round((of.finished_at - of.created_at).total_seconds()))
