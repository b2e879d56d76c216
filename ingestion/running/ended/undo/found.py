"""Which records of the table are those that a chunk's rows became, and which rows were found so:
remembered before anything is done, as afterwards the table does not tell any more."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.deadline import Deadline
from ingestion.models import Chunk, Import
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running.write import read_rows
from ingestion.running.writing import left_lines
from messages_app.schema.record import CONFLICT_SEPARATOR, DIGEST_LENGTHS, Record, is_same_place
from messages_app.store.conditional.replacing import outcome_of
from messages_app.store.repository import RecordRepository

DELETED, RESTORED = "deleted", "restored"


@dataclass(frozen=True, slots=True)
class Written:
    """A row and the record of the table that it became. ``outcome`` is as the import counted it."""

    row: Record
    record: Record

    @property
    def line(self) -> int:
        return line_of(self.row)

    @property
    def is_edited(self) -> bool:
        return not self.record.same_content(self.row)

    @property
    def outcome(self) -> str:
        if CONFLICT_SEPARATOR in self.record.time:
            return "kept"
        origin = self.record.import_origin
        if origin is None or not origin.before:
            return "written"
        return outcome_of(self.row, origin.first_line, origin.before)


class ChunkRows:
    """The good rows of a chunk, read again. Raises FileError and ServiceError."""

    def __init__(self, import_: Import, chunk: Chunk, deadline: Deadline) -> None:
        schema = pinned_kind(import_.kind, import_.kind_version).repository.schema
        rows = read_rows(import_, chunk, schema, deadline, is_whole=True)
        self.records = rows.records()
        self.numbers = {line_of(one): number for number, one in enumerate(self.records)}
        self._chunk = chunk
        self._is_kept = import_.on_conflict == "keep" and (chunk.kept > 0 or not chunk.is_done)

    def is_counted(self, line: int) -> bool:
        """Whether the receipt has the row."""
        if self._chunk.is_done:
            return True
        return bool(self._chunk.parts_kept) and not left_lines.holds(self._chunk.left_lines, line)

    def find(self, repository: RecordRepository, deadline: Deadline) -> dict[int, Written]:
        """The records that the rows became and that are there, by line."""
        found = _theirs(self.records, self.records, repository, deadline)
        for length in DIGEST_LENGTHS if self._is_kept else ():
            rest = [row for row in self.records if line_of(row) not in found]
            copies = [row.with_conflict_suffix(length) for row in rest]
            more = _theirs(rest, copies, repository, deadline)
            found |= more
            if not rest or (length > DIGEST_LENGTHS[0] and not more):
                break
        return found


def line_of(row: Record) -> int:
    """The line of a row of a file."""
    origin = row.import_origin
    return origin.line if origin else 0


def _theirs(
    rows: list[Record], keys: list[Record], repository: RecordRepository, deadline: Deadline
) -> dict[int, Written]:
    there = repository.stored_under(keys, deadline)
    return {
        line_of(row): Written(row, record)
        for row, key in zip(rows, keys, strict=True)
        if (record := there.get(key.key)) is not None and is_same_place(row.origin, record.origin)
    }


@dataclass
class Findings:
    """What is remembered: since when, and for each line what is done and what the row was counted
    as."""

    at: float = field(default_factory=time.time)
    lines: dict[int, tuple[str, str]] = field(default_factory=dict)

    def as_json(self, numbers: Mapping[int, int]) -> dict[str, Any]:
        """``numbers`` are those of all rows, by line."""
        by_class: dict[tuple[str, str], list[int]] = {}
        for line in sorted(self.lines):
            by_class.setdefault(self.lines[line], []).append(line)
        return {
            "at": self.at,
            "lines": [
                [*names, left_lines.ranges((numbers[line], line) for line in lines)]
                for names, lines in by_class.items()
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], lines: Iterable[int]) -> "Findings":
        """Of the lines of all rows."""
        known = {
            line: (action, outcome)
            for action, outcome, ranges in data["lines"]
            for line in lines
            if left_lines.holds(ranges, line)
        }
        return cls(data["at"], known)
