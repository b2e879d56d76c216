"""One chunk of a verification: its rows are read again, and their records looked up."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from common.deadline import Deadline
from ingestion.models import Chunk, Import
from ingestion.rejects import store
from ingestion.running.ended.verifying.models import DIFFERENCES
from ingestion.running.ended.verifying.verdicts import OUTDATED, Judge, Verdict
from ingestion.running.write import read_rows
from ingestion.running.writing.policy import policy_of
from messages_app.schema.record import QueueOrigin, Record
from messages_app.store.repository import RecordRepository

# Of all lines that differ so many are kept.
LINES_KEPT = 200


@dataclass
class Found:
    """``counts`` of rows: ``read_rows``, ``rejected`` (as the receipt says), ``expired`` since,
    ``stands``, ``outdated``, the differences, and ``miscounted``: how many rows the receipt has
    more or less than the file. ``lines`` are the first that differ."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[dict[str, Any]] = field(default_factory=list)


def verify(
    import_: Import, chunk: Chunk, repository: RecordRepository, deadline: Deadline
) -> Found:
    """Look at the rows of a chunk. Raises FileError and ServiceError."""
    rows = read_rows(import_, chunk, repository.schema, deadline, is_whole=True)
    rejected = {one.line for one in store.of_chunk(import_, chunk)}
    good = rows.records()
    stored = [row for row in good if _line(row) not in rejected]
    not_good = rows.count - len(good)
    expired = not_good - len(rejected) + len(good) - len(stored)
    found = Found(
        Counter(
            read=rows.count,
            rejected=len(rejected),
            expired=max(0, expired),
            miscounted=abs(rows.count - chunk.read) + abs(len(rejected) - chunk.rejected),
        )
    )
    with repository.looking(stored, deadline) as lookup:
        judge = Judge(lookup, repository.schema, policy_of(import_), chunk.kept > 0)
        verdicts = judge.verdicts(stored)
    for row, verdict in zip(stored, verdicts, strict=True):
        _tell(found, row, _of_receipt(verdict, import_))
    return found


def _of_receipt(verdict: Verdict, import_: Import) -> Verdict:
    """A newer version of the file has the record: as the receipt says, or since then."""
    is_since = verdict.code == OUTDATED and not import_.outdated
    return verdict._replace(code="replaced") if is_since else verdict


def _tell(found: Found, row: Record, verdict: Verdict) -> None:
    found.counts[verdict.code] += 1
    if verdict.code in DIFFERENCES and len(found.lines) < LINES_KEPT:
        found.lines.append(
            {
                "line": _line(row),
                "date": row.date,
                "time": row.time,
                "code": verdict.code,
                "by": _by(verdict.other),
            }
        )


def _by(other: Record | None) -> dict[str, Any] | None:
    """Import and line of the record that is there instead; nothing of one that is of no file."""
    if other is None or other.origin is None or isinstance(other.origin, QueueOrigin):
        return None
    return {"import": other.origin.import_id, "line": other.origin.line}


def _line(row: Record) -> int:
    origin = row.import_origin
    return origin.line if origin else 0
