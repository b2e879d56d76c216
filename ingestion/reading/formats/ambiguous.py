"""What files leave unsaid that no format was made for: how their times are to be understood, or
which column is which."""

import io

from ingestion.reading.csv_records import csv_reader
from ingestion.reading.formats.names import columns_by_names
from ingestion.reading.formats.values import units
from ingestion.reading.header import REJECT_COLUMNS, Layout, printable
from ingestion.reading.header_search import DELIMITERS
from ingestion.reading.row_parser import RowReader
from messages_app.schema.schema import Schema

# Faults of cells that a person can put right for all rows at once, and what is then unsaid.
_SENTENCES = {
    "no_offset": "Its times say no zone, so that they may be any of many moments.",
    "not_seconds": "Its times are numbers that can hardly be seconds.",
    "decimal_comma": "Its numbers have decimal commas.",
}
OTHER_UNIT = "other_unit"
_NO_ROWS = ("no_record", "end_mark", "nul")
_LINES = 100


def ambiguity_of(
    first_bytes: bytes, layout: Layout, schema: Schema, *, is_whole: bool
) -> tuple[str, str] | None:
    """The code and the sentence of what a file leaves unsaid, when for that alone none of its first
    rows can be read; None as soon as one can."""
    body = first_bytes[layout.body_start :]
    if not is_whole:  # its last row may be cut off
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    first = ""
    for row in RowReader(schema, layout, "").read(body, layout.body_line):
        codes = {fault.code for fault in row.faults}  # none of one that can be read
        asked = next((code for code in _SENTENCES if code in codes), "")
        if not asked and not codes & {*_NO_ROWS}:
            return None
        first = first or asked
    return (first, f"{_SENTENCES[first]} Say once how they are meant.") if first else None


def other_units_of(first_bytes: bytes, layout: Layout, schema: Schema) -> tuple[str, str] | None:
    """The code and the sentence when the row below the header says other units than the fields'."""
    text = _text(first_bytes[layout.body_start :])
    cells: list[str] = next(csv_reader(io.StringIO(text, newline=""), layout.delimiter), [])
    found = units.stated_below(cells, layout.columns, schema, {})
    sentence = f"{units.sentence_of(found)} Say once what its numbers are."
    return (OTHER_UNIT, sentence) if found else None


def layout_by_names(first_bytes: bytes, schema: Schema) -> Layout | None:
    """The layout of a file whose header names all fields, but for what cannot change a meaning:
    case, spaces, marks, a unit that is the field's own."""
    required = {*schema.required_names}
    for start, end, line, delimiter, cells in _records(first_bytes):
        columns = columns_by_names(cells, schema)
        if required <= {*columns}:
            header = [printable(cell) for cell in cells]
            places = {*columns.values()}
            text = _text(first_bytes)
            return Layout(
                delimiter=delimiter,
                header=header,
                columns=columns,
                body_start=_bytes(text[:end]),
                body_line=line + 2,
                extra=[name for place, name in enumerate(header) if place not in places],
                above=[
                    printable(one)
                    for one in text[:start].lstrip("\ufeff").splitlines()
                    if one.strip()
                ],
            )
    return None


def candidate_headers(first_bytes: bytes) -> list[list[str]]:
    """The records in the first lines that may be headers, the widest of each line first; without
    the columns that files of rejects have besides."""
    found: list[list[str]] = []
    by_line: dict[int, list[list[str]]] = {}
    for _, _, line, _, cells in _records(first_bytes):
        by_line.setdefault(line, []).append([printable(cell) for cell in cells])
    for readings in by_line.values():
        found += [
            _without_own(header)
            for header in sorted(readings, key=len, reverse=True)
            if any(cell.strip() for cell in header)
        ]
    return found


def _without_own(header: list[str]) -> list[str]:
    if {*REJECT_COLUMNS} < {name.strip() for name in header}:
        return [name for name in header if name.strip() not in REJECT_COLUMNS]
    return header


def _records(first_bytes: bytes) -> list[tuple[int, int, int, str, list[str]]]:
    """Start and end (characters), lines before it, delimiter and cells of the first lines."""
    text = _text(first_bytes)
    lines = io.StringIO(text, newline="")
    lines.seek(len(text) - len(text.lstrip("\ufeff")))
    found = []
    for number in range(_LINES):
        start = lines.tell()
        line = lines.readline()
        for delimiter in DELIMITERS:
            cells = next(csv_reader([line], delimiter))
            if len(cells) > 1:
                found.append((start, start + len(line), number, delimiter, cells))
    return found


def _text(first_bytes: bytes) -> str:
    return first_bytes.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
