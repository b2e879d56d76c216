"""The first rows of each outcome that a forecast meets, with what is different where a record is
there: ``{"new": [...], "equal": [...], "conflict": [...]}``, each ``{"line", "date", "time",
"fields", "there"}``. A row's ``fields`` are ``[{"name", "row", "there"}]``, of a conflict those
that differ; ``there`` says where the other record came from.
"""

from collections.abc import Sequence
from typing import Any

from ingestion.models import Import
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.extra_columns import as_text as extra_as_text
from messages_app.schema.record import Record
from messages_app.schema.schema import Schema
from messages_app.store.bulk_insert import Outcome
from messages_app.store.looking.comparing import Compared

OF_EACH = 5
NAMES = ("new", "equal", "conflict")
_LONGEST_TEXT = 200
_MOST_FIELDS = 50
_NAME_OF: dict[Outcome, str] = {"written": "new", "unchanged": "equal"}

Examples = dict[str, list[dict[str, Any]]]


def of_chunk(
    import_: Import, records: Sequence[Record], rows: Sequence[Compared], schema: Schema
) -> Examples:
    """Those of a chunk, as far as the import needs more than it had when this task began."""
    before = import_.forecast_receipt.as_dict()
    found: Examples = {name: [] for name in NAMES if before[name] < OF_EACH}
    for record, row in zip(records, rows, strict=True):
        some = found.get(_NAME_OF.get(row.outcome, "conflict"))
        if some is not None and len(some) < OF_EACH:
            some.append(_example(record, row, schema))
    return {name: some for name, some in found.items() if some}


def together(parts: Sequence[Examples]) -> Examples:
    """The first of all chunks, which come in order."""
    return {name: [one for part in parts for one in part.get(name, ())][:OF_EACH] for name in NAMES}


def _example(record: Record, row: Compared, schema: Schema) -> dict[str, Any]:
    origin = record.import_origin
    return {
        "line": origin.line if origin else 0,
        "date": record.date,
        "time": record.time,
        "fields": _fields(record, row.other, schema),
        "there": _there(record, row.other),
    }


def _fields(record: Record, other: Record | None, schema: Schema) -> list[dict[str, str]]:
    names = [field.name for field in schema.columns]
    texts = [(name, record.text(name), other.text(name) if other else "") for name in names]
    if record.extra or (other and other.extra):
        there = extra_as_text(other.extra) if other else ""
        texts.append((EXTRA_COLUMNS, extra_as_text(record.extra), there))
    return [
        {"name": name, "row": row[:_LONGEST_TEXT], "there": there[:_LONGEST_TEXT]}
        for name, row, there in texts
        if other is None or row != there
    ][:_MOST_FIELDS]


def _there(record: Record, other: Record | None) -> dict[str, Any] | None:
    """Import and line of the other record; the line alone where it is an earlier row of the file;
    nothing of one that came from no file."""
    if other is None:
        return None
    mine, theirs = record.import_origin, other.import_origin
    if theirs is None:
        return {"import": None, "line": None}
    is_own = mine is not None and mine.import_id == theirs.import_id
    return {"import": None if is_own else theirs.import_id, "line": theirs.line}
