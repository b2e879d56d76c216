"""How a file of a format is laid out, and what its header has lost or gained against the format's.

Lines above a header, its delimiter and the order of its columns are found, whatever the format
says: they cannot change what a value means.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingestion.reading.csv_records import csv_reader
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.cells import FieldReader, field_readers
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.names import normal_name
from ingestion.reading.formats.values import units
from ingestion.reading.formats.values.extra_reader import is_own_header, kept_places
from ingestion.reading.formats.values.times import Notes
from ingestion.reading.formats.values.units import Stated
from ingestion.reading.header import (
    OWN_COLUMNS,
    REJECT_COLUMNS,
    Layout,
    printable,
    text_start,
)
from ingestion.reading.header_search import DELIMITERS
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid

_MAX_ABOVE = 100
_SHOWN = 200
# The name of a column in files without a header; files of rejects have them.
_NAME_OF_POSITION = "column {}"
NOT_OF_FORMAT = "not_of_format"


@dataclass(frozen=True, slots=True)
class Drift:
    """What a header has that the format's has not, and the other way round. ``unread`` are the
    lost columns that a field is read from, ``units`` what a row below it says of units that are
    not those of the format."""

    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    is_moved: bool = False
    unread: list[str] = field(default_factory=list)
    units: list[Stated] = field(default_factory=list)

    def must_wait(self, definition: FormatDefinition) -> bool:
        """Whether a person has to say that such files are still of the format."""
        is_held = definition.extra_columns == "hold" and bool(self.gained)
        return bool(self.lost) or self.is_moved or is_held or bool(self.units)

    @property
    def sentence(self) -> str:
        """``The header has lost Router, gained Gateway.``"""
        if self.units:
            return units.sentence_of(self.units)
        parts = [f"{verb} {', '.join(names[:10])}" for verb, names in self._parts() if names]
        if self.is_moved:
            parts.append("its columns in another order")
        return f"The header has {', '.join(parts)}."

    def _parts(self) -> list[tuple[str, list[str]]]:
        return [("lost", self.lost), ("gained", self.gained)]


@dataclass(frozen=True, slots=True)
class _Header:
    """A record that may be the header; ``start`` and ``end`` count characters, ``line`` lines
    before it."""

    delimiter: str
    cells: list[str]
    start: int
    end: int
    line: int
    lines: int

    @property
    def names(self) -> list[str]:
        return [normal_name(cell) for cell in self.cells]


def read_format_layout(
    first_bytes: bytes, definition: FormatDefinition, schema: Schema
) -> tuple[Layout, Drift]:
    """The layout of a UTF-8 text from its beginning. Raises FileError."""
    text_start(first_bytes)
    text = first_bytes.decode("utf-8", "surrogateescape")
    marks = len(text) - len(text.lstrip("\ufeff"))
    found = _header(text[marks:], definition)
    layout = _layout(found, text, marks)
    _check_columns(layout, definition)
    drift = _drift(layout, definition)
    if drift.unread:
        return layout, drift
    readers = field_readers(definition, schema, layout.header, Notes())
    columns = {one.name: one.places[0] for one in readers if one.places}
    kept = kept_places(definition, layout.header, readers)
    read = {*kept, *(place for one in readers for place in one.places)}
    extra = [name for place, name in enumerate(layout.header) if place not in read]
    layout = Layout(
        layout.delimiter,
        layout.header,
        columns,
        layout.body_start,
        layout.body_line,
        extra,
        layout.above,
        kept=[layout.header[place] for place in kept],
    )
    if layout.is_own_file:
        return layout, drift
    drift = replace(drift, units=_other_units(layout, text, definition, schema))
    if definition.units_row:
        layout = _below_units(layout, text, readers, schema)
    return layout, drift


def _header(text: str, definition: FormatDefinition) -> _Header:
    """The record with all columns that are read; else the one with most of the format's names."""
    expected = [normal_name(name) for name in definition.header]
    if not expected:
        return _of_positions(text, definition)
    wanted = {normal_name(name) for one in definition.columns.values() for name in one.columns}
    best, most_known = None, 0
    for found in _records(text, definition):
        names = {*found.names}
        if wanted <= names:
            return found
        known = len(names & {*expected})
        if known > most_known:
            best, most_known = found, known
    if best is None or 2 * most_known < len(expected):
        raise FileError(
            NOT_OF_FORMAT,
            f"The file has no line like the format's header, {', '.join(definition.header)[:500]}."
            " Choose another format for it.",
        )
    return best


def _records(text: str, definition: FormatDefinition) -> Iterator[_Header]:
    """The records in which a header can be, read with each delimiter."""
    lines = io.StringIO(text, newline="")
    for number in range(_MAX_ABOVE + 1):
        start = lines.tell()
        line = lines.readline()
        if number < definition.skip_lines or not line.strip():
            continue
        for delimiter in dict.fromkeys((definition.delimiter, *DELIMITERS)):
            if delimiter and (found := _record(text, start, number, delimiter)):
                yield found


def _record(text: str, start: int, number: int, delimiter: str) -> _Header | None:
    lines = io.StringIO(text, newline="")
    lines.seek(start)
    reader = csv_reader(lines, delimiter)
    cells: list[str] | None = next(reader, None)
    if cells is None:
        return None
    return _Header(delimiter, cells, start, lines.tell(), number, reader.line_num)


def _of_positions(text: str, definition: FormatDefinition) -> _Header:
    """Where the rows begin of a file without a header; or the header that files of rejects have."""
    needed = max(place for one in definition.columns.values() for place in one.positions)
    first = None
    for found in _records(text, definition):
        if first is not None and found.line > first.line:
            break
        is_of_rejects = {normal_name(name) for name in REJECT_COLUMNS} <= {*found.names}
        if is_of_rejects and found.cells[0] == _NAME_OF_POSITION.format(1):
            return found
        if len(found.cells) >= needed and (first is None or _is_better(found, first, definition)):
            first = found
    if first is None:
        raise FileError(
            NOT_OF_FORMAT,
            f"The file's first row has fewer than {needed} columns, which the format reads."
            " Choose another format for it.",
        )
    names = [_NAME_OF_POSITION.format(place + 1) for place in range(len(first.cells))]
    return _Header(first.delimiter, names, first.start, first.start, first.line, 0)


def _is_better(found: _Header, first: _Header, definition: FormatDefinition) -> bool:
    return not definition.delimiter and len(found.cells) > len(first.cells)


def _layout(found: _Header, text: str, marks: int) -> Layout:
    above = text[marks : marks + found.start].splitlines()
    return Layout(
        delimiter=found.delimiter,
        header=[printable(cell) for cell in found.cells],
        columns={},
        body_start=_bytes(text[: marks + found.end]),
        body_line=found.line + found.lines + 1,
        above=[printable(line.strip()[:_SHOWN]) for line in above if line.strip()],
    )


def _check_columns(layout: Layout, definition: FormatDefinition) -> None:
    names = [normal_name(name) for name in layout.header]
    for mapping in definition.columns.values():
        for name in mapping.columns:
            if names.count(normal_name(name)) > 1:
                raise FileError(
                    "doubled_columns",
                    f"The header names the column {name} more than once, from which the format"
                    " reads a field. Name each column once.",
                )


def _drift(layout: Layout, definition: FormatDefinition) -> Drift:
    if not definition.header:
        return Drift()
    here = {normal_name(name): name for name in layout.header}
    there = {normal_name(name): name for name in definition.header}
    own = OWN_COLUMNS if is_own_header(layout.header) else frozenset()
    lost = [name for plain, name in there.items() if plain not in here]
    gained = [name for plain, name in here.items() if plain not in there and plain not in own]
    wanted = {normal_name(name) for one in definition.columns.values() for name in one.columns}
    common = [[plain for plain in one if plain in here and plain in there] for one in (here, there)]
    return Drift(
        lost, gained, common[0] != common[1], [there[name] for name in wanted if name not in here]
    )


def _other_units(
    layout: Layout, text: str, definition: FormatDefinition, schema: Schema
) -> list[Stated]:
    """What the row below the header says of units, where it says any."""
    row = _first_row(layout, text)
    stated = {name: one.unit for name, one in definition.columns.items()}
    return units.stated_below(row.cells, layout.columns, schema, stated) if row else []


def _first_row(layout: Layout, text: str) -> _Header | None:
    encoded = text.encode("utf-8", "surrogateescape")[: layout.body_start]
    start = len(encoded.decode("utf-8", "surrogateescape"))
    return _record(text, start, layout.body_line - 1, layout.delimiter)


def _below_units(layout: Layout, text: str, readers: list[FieldReader], schema: Schema) -> Layout:
    """The layout without the row below the header, unless that has a time."""
    row = _first_row(layout, text)
    time = next(one for one in readers if one.name == schema.time_field)
    if row is None:
        return layout
    try:
        time.value(time.text(row.cells))
        return layout
    except (Invalid, IndexError):
        shown = printable(text[row.start : row.end].strip()[:_SHOWN])
        return Layout(
            layout.delimiter,
            layout.header,
            layout.columns,
            _bytes(text[: row.end]),
            layout.body_line + row.lines,
            layout.extra,
            [*layout.above, shown],
            kept=layout.kept,
        )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
