"""Reads the records of a slice of a file and checks them: each is a message or has faults."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from common.csv_output import unescape
from ingestion.reading.header import Layout, printable
from ingestion.reading.record_boundaries import QUOTE_NOT_CLOSED
from messages_app.schema.record import Message, Origin, message
from messages_app.schema.schema import Schema, Values
from messages_app.schema.types import Value
from messages_app.schema.validation import Fault, Invalid

# A longer cell is shown cut off in a fault; the reject's row has all of it.
_SHOWN = 200
_NO_LIMIT = 2**31 - 1
_SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One record of the file: the line in which it begins, its cells as they were given, and the
    message that it is; or None, and every fault of it."""

    line: int
    cells: list[str]
    message: Message | None
    faults: list[Fault]

    def rejected(self, fault: Fault) -> "ParsedRow":
        """The same row as a reject."""
        cells = [printable(cell) for cell in self.cells]
        return replace(self, cells=cells, message=None, faults=[fault])


def unreadable(
    fault: str, fault_line: int, first_line: int, text: bytes, layout: Layout
) -> ParsedRow:
    """The reject of a slice that is one faulty record, of which ``text`` is the beginning; see
    ingestion/reading/record_boundaries.py."""
    shown = printable(text.decode("utf-8", "surrogateescape")).strip("\r\n")
    if fault == QUOTE_NOT_CLOSED:
        detail = f"a quote opens in line {fault_line} and never closes; close or remove it"
    else:
        detail = "the record is longer than 1 MiB; shorten it"
    cells = next(csv.reader([shown], delimiter=layout.delimiter), [])
    return ParsedRow(first_line, cells, None, [Fault("", shown[:_SHOWN], fault, detail)])


class RowReader:
    """Reads rows laid out one way, for one import.

    What is the same for all rows (which cell is which field, how it is cleaned) is found once.
    """

    def __init__(self, schema: Schema, layout: Layout, import_id: str) -> None:
        self._schema = schema
        self._layout = layout
        self._import_id = import_id
        self._cleaners: list[tuple[str, int, Callable[[str], Value]]] = [
            (field.name, layout.columns[field.name], field.type.from_text)
            for field in schema.fields
        ]
        self._width = len(layout.header)
        self._is_escaped = layout.is_rejects_file
        self.lines_read = 0
        # A limit of the whole process. Ours is the slice: whatever it holds, no cell ends the rest.
        csv.field_size_limit(_NO_LIMIT)

    def read(self, text: bytes, first_line: int) -> Iterator[ParsedRow]:
        """The rows of a slice that begins in ``first_line``. Blank lines are no rows.

        Bytes that are not UTF-8 spoil their own row alone.
        """
        lines = io.StringIO(text.decode("utf-8", "surrogateescape"), newline="")
        reader = csv.reader(lines, delimiter=self._layout.delimiter)
        line = first_line
        for cells in reader:
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield self._row(cells, line)
            line = first_line + reader.line_num
        self.lines_read = reader.line_num

    def _row(self, cells: list[str], line: int) -> ParsedRow:
        if self._is_escaped:
            cells = [unescape(cell) for cell in cells]
        values: Values = {}
        try:
            for name, index, clean in self._cleaners:
                values[name] = clean(cells[index])
        except (Invalid, IndexError):
            return self._wrong(cells, line)
        if self._has_surplus(cells):
            return self._wrong(cells, line)
        if any(isinstance(value, str) and _not_utf8(value) for value in values.values()):
            return self._wrong(cells, line)
        built = message(self._schema, values, Origin(self._import_id, line))
        return ParsedRow(line, cells, built, [])

    def _wrong(self, cells: list[str], line: int) -> ParsedRow:
        faults = [
            fault
            for name, index, clean in self._cleaners
            if (fault := _fault(name, cells[index] if index < len(cells) else None, clean))
        ]
        if self._has_surplus(cells):
            faults.append(self._too_many(cells))
        return ParsedRow(line, [printable(cell) for cell in cells], None, faults)

    def _has_surplus(self, cells: list[str]) -> bool:
        return len(cells) > self._width and any(cells[self._width :])

    def _too_many(self, cells: list[str]) -> Fault:
        extra = self._layout.delimiter.join(cells[self._width :])
        return Fault(
            "",
            _shown(extra),
            "too_many_fields",
            f"the row has {len(cells)} fields, the header has {self._width}; "
            "put quotes around a value that contains the delimiter",
        )


def _fault(name: str, cell: str | None, clean: Callable[[str], Value]) -> Fault | None:
    if cell is None:
        return Fault(name, "", "missing", "is missing: the row has too few fields")
    if _not_utf8(cell):
        return Fault(
            name,
            _shown(cell),
            "bad_encoding",
            "has bytes that are not text in the file's encoding; save the file as UTF-8",
        )
    try:
        clean(cell)
    except Invalid as error:
        return Fault(name, _shown(cell), error.code, error.detail)
    return None


def _shown(cell: str) -> str:
    return printable(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")


def _not_utf8(cell: str) -> bool:
    return not cell.isascii() and _SURROGATE.search(cell) is not None
