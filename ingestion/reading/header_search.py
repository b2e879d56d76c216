"""Finds the header at the beginning of a text: its delimiter, its cells, the lines above it."""

import io
from dataclasses import dataclass, field

from ingestion.reading.csv_records import csv_reader
from ingestion.reading.file_error import FileError
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Schema

DELIMITERS = (",", ";", "\t", "|")
# A header lies below so many other lines at most.
_MAX_ABOVE = 100
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """``end`` counts characters, ``lines`` lines, both from the beginning to the header's end."""

    delimiter: str
    cells: list[str]
    end: int
    lines: int
    above: list[str] = field(default_factory=list)


def plain_name(name: str) -> str:
    """A column's name as names are compared."""
    return visible(name).strip('"').strip().casefold()


def find_header(text: str, schema: Schema) -> FoundHeader:
    """The first record where it has any of the schema's names, else one further down that has all
    of them. Raises FileError when there is none."""
    first = _best_reading(text, schema)
    if _known(first.cells, schema):
        return first
    return _below(text, schema) or _refuse(text, schema)


def _below(text: str, schema: Schema) -> FoundHeader | None:
    """A header below other lines, such as sep=; and what a device says of itself."""
    above: list[str] = []
    lines = io.StringIO(text, newline="")
    while len(above) < _MAX_ABOVE:
        start = lines.tell()
        line = lines.readline()
        if not line:
            return None
        found = _best_reading(line, schema)
        if {*map(plain_name, found.cells)}.issuperset(schema.required_names):
            _refuse_rows_above(above, found, schema)
            return FoundHeader(
                found.delimiter, found.cells, start + found.end, len(above) + 1, _trimmed(above)
            )
        above.append(line)
    return None


def _refuse_rows_above(above: list[str], found: FoundHeader, schema: Schema) -> None:
    """Lines that could be rows are not passed over."""
    for number, line in enumerate(above, start=1):
        cells = _first_record(line, found.delimiter).cells
        if len(cells) >= len(schema.names) and any(cells[1:]):
            raise FileError(
                "rows_above_header",
                f"The header is in line {len(above) + 1}, below what may be rows, such as line"
                f" {number}. Put the header first, or remove the lines above it.",
            )


def _trimmed(above: list[str]) -> list[str]:
    return [line.strip()[:_SHOWN] for line in above if line.strip()]


def _best_reading(text: str, schema: Schema) -> FoundHeader:
    """The first record with the delimiter that parts the most names known."""
    readings = [_first_record(text, delimiter) for delimiter in DELIMITERS]
    return max(readings, key=lambda reading: _known(reading.cells, schema))


def _first_record(text: str, delimiter: str) -> FoundHeader:
    lines = io.StringIO(text, newline="")
    reader = csv_reader(lines, delimiter)
    cells = next(reader)
    return FoundHeader(delimiter, cells, lines.tell(), reader.line_num)


def _known(cells: list[str], schema: Schema) -> int:
    return len({*map(plain_name, cells)} & {*schema.names})


def _refuse(text: str, schema: Schema) -> FoundHeader:
    """Raise FileError, which tells what the first line has."""
    readings = [_first_record(text, delimiter).cells for delimiter in DELIMITERS]
    widest: list[str] = max(readings, key=len)
    names = [name for name in map(visible, widest) if name]
    wanted = ",".join(schema.names)
    if len(names) > 1 and not any(name[0].isdigit() for name in names):
        shown = ", ".join(name[:100] for name in names[:30])
        reason = f"The header has the columns {shown}: none of them is known."
    else:
        reason = "The first line is not a header."
    raise FileError(
        "no_header",
        f"{reason} Begin the file with the line {wanted}"
        " (columns in any order, separated by comma, semicolon, tab or pipe).",
    )
