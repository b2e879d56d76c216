"""One chunk of a forecast: its rows are compared with the table, and nothing is written to it.

What is found besides the counts is kept with the chunk, as ``looked``: ``writes`` (rows that would
be written, by date), ``row_units`` (write units of one), ``read_units``, ``examples`` and ``open``
(see ingestion/running/writing/forecast/open_rows.py).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from common.deadline import Deadline
from ingestion.models import Chunk, Import
from ingestion.running.writing.forecast import examples, open_rows
from ingestion.running.writing.policy import policy_of
from ingestion.running.writing.rows import Part, Rows
from messages_app.schema.record import Record
from messages_app.schema.schema import Schema
from messages_app.store.bulk_insert import InsertResult, OnConflict, Outcome
from messages_app.store.items import item_of, size_of
from messages_app.store.looking.comparing import Compared, Comparing
from messages_app.store.repository import RecordRepository

# A write of so many bytes, or a part of them, takes a unit.
_UNIT_BYTES = 1024
# Rows whose size stands for that of all.
_WEIGHED = 20
# What a row is counted as whose key is taken: it is no wrong row of the file.
IN_CONFLICT: Outcome = "kept"


def compare(
    import_: Import, chunk: Chunk, rows: Rows, repository: RecordRepository, deadline: Deadline
) -> Part:
    """What would become of the rows. Raises ServiceError."""
    records, policy = rows.records(), policy_of(import_)
    with repository.looking(records, deadline) as lookup:
        found = Comparing(lookup, repository.schema, policy).run(records)
        read_units = lookup.units_read
    rows.place(
        {
            index: InsertResult(counted_as(row.outcome), records[index].key)
            for index, row in enumerate(found.rows)
        }
    )
    looked = {
        "writes": _writes(records, found.rows, policy),
        "row_units": _row_units(records, repository.schema),
        "read_units": read_units,
        "examples": examples.of_chunk(import_, records, found.rows, repository.schema),
        "open": open_rows.store(chunk, found.open),
    }
    return replace(rows.part(), new_by_date={}, looked=looked)


def counted_as(outcome: Outcome) -> Outcome:
    """In which column of a forecast a row is counted."""
    return IN_CONFLICT if outcome == "key_conflict" else outcome


def _writes(
    records: Sequence[Record], rows: Sequence[Compared], policy: OnConflict
) -> Counter[str]:
    outcomes = {"written", "kept", "replaced"}
    if policy == "replace":  # the record is written anew, as that of this file
        outcomes.add("unchanged")
    pairs = zip(records, rows, strict=True)
    return Counter(record.date for record, row in pairs if row.outcome in outcomes)


def _row_units(records: Sequence[Record], schema: Schema) -> float:
    """Of a few rows, in the mean."""
    some = records[:: max(1, len(records) // _WEIGHED)]
    units: list[int] = [ceil(size_of(item_of(one, schema)) / _UNIT_BYTES) for one in some]
    return sum(units) / len(units) if units else 0.0


def kept_parts(looked: dict[str, Any] | None) -> dict[str, Any]:
    """What a chunk keeps, with nothing where its task has found nothing."""
    return looked or {"writes": {}, "row_units": 0, "read_units": 0, "examples": {}, "open": None}
