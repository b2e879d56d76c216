"""Checks an edited row by the very rules by which it is loaded: by the import's own reader."""

import re
from dataclasses import replace

from ingestion.formats.models import FormatVersion
from ingestion.formats.recognition import reader_of
from ingestion.models import Import, OnConflictChoice
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.reading.header import Layout
from ingestion.reading.record_boundaries import QUOTE_NOT_CLOSED, RECORD_TOO_LONG
from ingestion.reading.row_faults import shown
from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.record import Record, key_taken
from messages_app.schema.validation import Fault
from messages_app.store.expiring import retention

# Of these rows only the beginning is kept, perhaps of many records: they can be let go of.
CUT_OFF = frozenset({QUOTE_NOT_CLOSED, RECORD_TOO_LONG})
# How bytes that are not text are shown; see ingestion/reading/header.py::printable.
_NO_TEXT = re.compile(r"\\x[89a-f][0-9a-f]")


class Checker:
    """Reads edited rows of an import, by ``version`` of its format if one is given."""

    def __init__(self, import_: Import, version: FormatVersion | None = None) -> None:
        """Raises FileError when the import's kind is gone."""
        kind = pinned_kind(import_.kind, import_.kind_version)
        self._kind = import_.kind
        self._repository = kind.repository
        self._rejects_taken = import_.on_conflict == OnConflictChoice.REJECT
        self.header = Layout.from_json(import_.layout).header
        self._reader = reader_of(
            version or import_.format_version,
            kind.schema,
            plain_layout(import_),
            str(import_.pk),
            None,
            import_.object_version,
        )

    def checked(self, reject: ParsedRow, cells: list[str], *, looks_up: bool = False) -> ParsedRow:
        """The row with these cells, and what is wrong with it. With ``looks_up`` a key that another
        record has is told too, where such rows are rejected; this raises ServiceError."""
        row = self._reader.of_cells(cells, reject.line)
        if faults := _not_retyped(self.header, reject, cells):
            return replace(row, record=None, faults=[*faults, *row.faults])
        if row.record is None:
            return row
        if why := retention.refusal(row.record.date, self._kind):
            return row.rejected(Fault("", row.record.date, "expired", why))
        if looks_up and self._rejects_taken and self._is_taken(row.record):
            why = key_taken(row.record.key)
            return row.rejected(Fault("", row.record.time, "key_taken", why))
        return row

    def places_of(self, column: str) -> tuple[int, ...]:
        """The cells, by their places, that a column of faults is read from; none for the row."""
        return self._reader.places_of(column)

    def _is_taken(self, record: Record) -> bool:
        there = self._repository.get(*record.key)
        return there is not None and not there.same_content(record)


def can_be_edited(reject: ParsedRow) -> bool:
    """Whether all of the row is known."""
    return not any(fault.code in CUT_OFF for fault in reject.faults)


def plain_layout(import_: Import) -> Layout:
    """That of the import's rejects: their cells are in the order of the first header."""
    return replace(Layout.from_json(import_.layout), later=[], repeats=0)


def _not_retyped(header: list[str], reject: ParsedRow, cells: list[str]) -> list[Fault]:
    """Cells with bytes that were no text are shown in another way: they must be typed anew."""
    return [
        Fault(
            header[index] if index < len(header) else "",
            shown(cell),
            "bad_encoding",
            "has bytes that were not text in the file: type the value again",
        )
        for index, (cell, old) in enumerate(zip(cells, reject.cells, strict=False))
        if cell == old and _NO_TEXT.search(cell)
    ]
