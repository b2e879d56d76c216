"""A look at the beginning of a file before it is imported. Nothing is stored.

The beginning goes the very way that the import goes: the same layout, boundaries and checks.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from common.deadline import Deadline
from ingestion.formats.models import FormatVersion
from ingestion.formats.recognition import reader_of, recognise
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import declared_kind
from ingestion.reading.header import HEADER_BYTES, Layout
from ingestion.reading.record_boundaries import BoundaryFinder
from ingestion.reading.row_parser import ParsedRow, RowReader, unreadable
from ingestion.reading.sample import sample_of
from ingestion.rejects import summary
from ingestion.rejects.summary import FaultGroup
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.record import DIGEST_LENGTHS, Record
from messages_app.store.repository import RecordRepository

# So much of a file is looked at; of a compressed one more, since nothing comes out of a part of a
# block, and those of bzip2 have up to 900 KB.
SAMPLE_BYTES = 256 * 1024
PACKED_SAMPLE_BYTES = 1024 * 1024
_MAX_TEXT = 2 * SAMPLE_BYTES
_MAX_ROWS = 1000
# No import has such an id: rows of the sample are rows of no import.
_NO_IMPORT = ""

# How a row stands to the table: its key is free, an equal record has it, or a different one.
RowStatus = Literal["new", "equal", "conflict"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rows looked at would become. ``is_whole`` tells that the file has no others."""

    layout: Layout
    kind: RecordKind
    encoding: str
    rows: list[ParsedRow]
    is_whole: bool
    format_name: str = ""

    @property
    def records(self) -> list[Record]:
        """The good rows."""
        return [row.record for row in self.rows if row.record is not None]

    @property
    def rejected(self) -> list[ParsedRow]:
        return [row for row in self.rows if row.record is None]

    @property
    def faults(self) -> list[FaultGroup]:
        """The rejected rows by what is wrong with them, the largest group first."""
        return summary.grouped(self.rejected)


def preview(
    name: str,
    first_bytes: bytes,
    kind_name: str = "",
    *,
    is_whole: bool,
    encoding: str = "",
    version: FormatVersion | None = None,
) -> Preview:
    """What an import would make of a file that begins so; ``kind_name`` is that of its kind, if it
    was said, ``version`` the format that claims its name. Raises FileError as it would fail, and
    Waits as it would wait."""
    encoding = encoding or (version.definition.encoding if version else "")
    sample = sample_of(name, first_bytes, is_whole=is_whole, encoding=encoding, maximum=_MAX_TEXT)
    is_short = sample.is_whole and len(sample.text) <= HEADER_BYTES
    kind = declared_kind(kind_name) if kind_name else None
    known = recognise(sample.text[:HEADER_BYTES], kind, version, is_whole=is_short)
    layout = known.layout
    reader = reader_of(known.version, known.kind.schema, layout, _NO_IMPORT)
    found = _rows(sample.text, layout, reader, is_whole=sample.is_whole)
    rows = list(islice(found, _MAX_ROWS + 1))
    if sample.is_whole and not rows:
        raise FileError("no_rows", "The file has a header but no rows. Add rows below the header.")
    is_all = sample.is_whole and len(rows) <= _MAX_ROWS
    named = known.version.format.name if known.version else ""
    return Preview(layout, known.kind, sample.encoding, rows[:_MAX_ROWS], is_all, named)


def row_statuses(
    records: list[Record], repository: RecordRepository, deadline: Deadline
) -> list[RowStatus]:
    """How each row stands to the table and to the rows before it. Raises ServiceError."""
    there = repository.existing(records, deadline)
    conflict_copy = [
        record.with_conflict_suffix(DIGEST_LENGTHS[0]) for record in records if record.key in there
    ]
    there |= repository.existing(conflict_copy, deadline)
    found = []
    for record in records:
        found.append(_status(record, there))
        there.setdefault(record.key, record)
    return found


def _status(record: Record, there: dict[tuple[str, str], Record]) -> RowStatus:
    existing = there.get(record.key)
    if existing is None:
        return "new"
    kept = there.get(
        record.with_conflict_suffix(DIGEST_LENGTHS[0]).key
    )  # by an earlier import of the file
    if existing.same_content(record) or (kept is not None and kept.same_content(record)):
        return "equal"
    return "conflict"


def _rows(text: bytes, layout: Layout, reader: RowReader, *, is_whole: bool) -> Iterator[ParsedRow]:
    body = io.BytesIO(text[layout.body_start :])
    start, line = layout.body_start, layout.body_line
    finder = BoundaryFinder(body.read, layout.delimiter, len(text), start, line)
    for piece in finder.slices():
        if not piece.fault:
            rows = list(reader.read(piece.text, piece.first_line))
            yield from rows if is_whole or piece.end < len(text) else rows[:-1]
        elif is_whole:
            yield unreadable(piece.fault, piece.fault_line, piece.first_line, piece.text, layout)
        else:  # its end may be in what was not sent
            return
