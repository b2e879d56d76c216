"""Reads the records of a slice of a file and checks them: each is one of its kind or has faults."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from common.csv_output import unescape
from ingestion.reading import row_faults
from ingestion.reading.csv_records import CsvRecord, CsvRecords, csv_reader
from ingestion.reading.header import LaterHeader, Layout, is_header, later_header, printable
from ingestion.reading.header_search import plain_name
from ingestion.reading.record_boundaries import QUOTE_NOT_CLOSED
from messages_app.schema import extra_columns
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import Origin, Record, build_record
from messages_app.schema.schema import Schema
from messages_app.schema.types import Value
from messages_app.schema.validation import Fault, Invalid
from messages_app.schema.version import ObjectVersion

_SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)  # nobody changes one; frozen ones take several times as long to make
class ParsedRow:
    """One record of the file: the line in which it begins, its cells as they were given, and the
    record that it is; or None, and every fault of it."""

    line: int
    cells: list[str]
    record: Record | None
    faults: list[Fault]

    def rejected(self, fault: Fault) -> "ParsedRow":
        """The same row as a reject."""
        cells = [printable(cell) for cell in self.cells]
        return replace(self, cells=cells, record=None, faults=[fault])


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
    cells: list[str] = next(csv_reader([shown], layout.delimiter), [])
    return ParsedRow(first_line, cells, None, [Fault("", row_faults.shown(shown), fault, detail)])


class RowReader:
    """Reads rows laid out one way, for one import, from the line ``first_line`` on.

    What is the same for all rows (which cell is which field, how it is cleaned) is found once for
    each header.
    """

    def __init__(
        self,
        schema: Schema,
        layout: Layout,
        import_id: str,
        first_line: int | None = None,
        version: ObjectVersion | None = None,
    ) -> None:
        self._schema = schema
        self._layout = layout
        self._import_id = import_id
        self._version = version
        self._is_escaped = layout.is_own_file
        self._is_spoiled = False
        self.lines_read = 0
        # Good rows whose time clocks show twice; see ingestion/reading/formats/values/zones.py.
        self.repeated_times = 0
        self._use(layout.header_at(layout.body_line if first_line is None else first_line))

    def _use(self, header: LaterHeader) -> None:
        self._header = header
        self._extra = self._extra_place(header)
        self._cleaners: list[tuple[str, int, Callable[[str], Value | None]]] = [
            (field.name, header.columns[field.name], field.from_text)
            for field in self._schema.fields
            if field.name in header.columns
        ]

    def _extra_place(self, header: LaterHeader) -> int | None:
        """The column of an export that has the extra columns of its records."""
        if not self._layout.kept:
            return None
        return header.plain.index(EXTRA_COLUMNS) if EXTRA_COLUMNS in header.plain else None

    def read(self, text: bytes, first_line: int) -> Iterator[ParsedRow]:
        """The rows of a slice that begins in ``first_line``. Blank lines and headers are no rows.

        Bytes that are not UTF-8 spoil their own row alone.
        """
        decoded = text.decode("utf-8", "surrogateescape")
        self._is_spoiled = not_utf8(decoded)
        records = CsvRecords(decoded, self._layout.delimiter)
        for record in records:
            row = self._row(record, first_line + record.line)
            if row is not None:
                yield row
        self.lines_read = records.lines_read

    def of_cells(self, cells: list[str], line: int) -> ParsedRow:
        """A row whose cells are known, plain and as the first header names them."""
        before, self._is_escaped, self._is_spoiled = self._header, False, False
        row = self._row(CsvRecord(0, cells), line)
        if row is None:
            self._use(before)
            return ParsedRow(line, cells, None, [row_faults.header_again()])
        return row

    def places_of(self, column: str) -> tuple[int, ...]:
        """The places of the cells that faults of a column are about; none where it is the row."""
        name, names = plain_name(column), self._header.plain
        return (names.index(name),) if column and name in names else ()

    def _row(self, record: CsvRecord, line: int) -> ParsedRow | None:
        """The row; None when it is a header, by which the following rows are read."""
        cells = record.cells
        if self._header.fault or record.misquoted is not None:
            return self._wrong(record, line)
        if self._is_escaped:
            cells = [unescape(cell) for cell in cells]
        values: dict[str, Value | None] = {}
        try:
            for name, index, clean in self._cleaners:
                values[name] = clean(cells[index])
            extra = () if self._extra is None else extra_columns.from_text(cells[self._extra])
        except (Invalid, IndexError):
            return self._wrong(record, line)
        if len(cells) > len(self._header.header) and self._surplus(cells):
            return self._wrong(record, line)
        if self._is_spoiled and any(not_utf8(str(value)) for value in values.values()):
            return self._wrong(record, line)
        present = self._schema.present(values) if self._schema.optional else values
        origin = Origin(self._import_id, line, version=self._version)
        built = build_record(self._schema, present, origin, extra)  # type: ignore[arg-type]
        return ParsedRow(line, cells, built, [])

    def _wrong(self, record: CsvRecord, line: int) -> ParsedRow | None:
        if record.misquoted is None and is_header(record.cells, self._header.columns, self._schema):
            self._use(later_header(record.cells, line, self._schema))
            return None
        return self._wrong_row(record, line)

    def _wrong_row(self, record: CsvRecord, line: int) -> ParsedRow:
        cells = [unescape(cell) for cell in record.cells] if self._is_escaped else record.cells
        faults = self._faults(record, cells)
        return ParsedRow(line, self._in_first_order(cells), None, faults)

    def _faults(self, record: CsvRecord, cells: list[str]) -> list[Fault]:
        """One fault where one cause spoils the whole row, else those of all its cells."""
        if self._header.fault:
            return [Fault("", "", "below_bad_header", self._header.fault)]
        if record.misquoted is not None:
            return [row_faults.misquoted(cells, record.misquoted, self._header.header)]
        wrong = self._cell_faults(cells)
        one = row_faults.of_whole_row(
            cells, self._header.header, self._schema, wrong, self._layout.delimiter
        )
        return wrong if one is None else [one]

    def _cell_faults(self, cells: list[str]) -> list[Fault]:
        cleaners: list[tuple[str, int, Callable[[str], object]]] = [*self._cleaners]
        if self._extra is not None:
            cleaners.append((EXTRA_COLUMNS, self._extra, extra_columns.from_text))
        return [
            fault
            for name, index, clean in cleaners
            if (fault := fault_of_text(name, cells[index] if index < len(cells) else None, clean))
        ]

    def _surplus(self, cells: list[str]) -> bool:
        return any(cells[len(self._header.header) :])

    def _in_first_order(self, cells: list[str]) -> list[str]:
        """Cells below a later header in the order of the first one, as rejects are kept."""
        shown = [printable(cell) for cell in cells]
        own, first = self._header.header, self._layout.header
        if own == first:
            return shown
        by_name = dict(zip(map(plain_name, own), shown, strict=False))
        return [by_name.get(plain_name(name), "") for name in first] + shown[len(own) :]


def fault_of_text(name: str, cell: str | None, clean: Callable[[str], object]) -> Fault | None:
    """What is wrong with a field's cell, of which a row may have none."""
    if cell is None:
        return Fault(name, "", "missing", "is missing: the row has too few fields")
    if not_utf8(cell):
        return Fault(
            name,
            row_faults.shown(cell),
            "bad_encoding",
            "has bytes that are not text in the file's encoding; save the file as UTF-8",
        )
    try:
        clean(cell)
    except Invalid as error:
        return Fault(name, row_faults.shown(cell), error.code, error.detail)
    return None


def not_utf8(cell: str) -> bool:
    """Whether a cell has bytes that were not text."""
    return not cell.isascii() and _SURROGATE.search(cell) is not None
