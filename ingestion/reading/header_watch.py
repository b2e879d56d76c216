"""Headers among the rows, of files that were put together: noted while a file is planned, so that
each chunk knows the header by which its rows are read."""

from dataclasses import replace

from ingestion.reading.csv_records import CsvRecords
from ingestion.reading.file_error import FileError
from ingestion.reading.header import Layout, is_header, later_header
from ingestion.reading.record_boundaries import Slice
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Schema

# Of headers with other columns than the one before.
_MAX_CHANGES = 100


def with_headers_of(piece: Slice, layout: Layout, schema: Schema) -> Layout:
    """The layout with the headers of a slice, the next one. Raises FileError when columns change
    too often."""
    if piece.fault or not _may_have_header(piece.text, schema):
        return layout
    current = layout.header_at(piece.first_line)
    text = piece.text.decode("utf-8", "surrogateescape")
    for record in CsvRecords(text, layout.delimiter):
        if record.misquoted is not None or not is_header(record.cells, current.columns, schema):
            continue
        found = later_header(record.cells, piece.first_line + record.line, schema)
        if (found.header, found.columns) == (current.header, current.columns):
            layout = replace(layout, repeats=layout.repeats + 1)
            continue
        current = found
        layout = replace(layout, later=[*layout.later, found])
        if len(layout.later) > _MAX_CHANGES:
            raise FileError(
                "too_many_headers",
                f"The file has more than {_MAX_CHANGES} headers with changing columns, the last in"
                f" line {found.line}. Split it at its headers.",
            )
    return layout


def _may_have_header(text: bytes, schema: Schema) -> bool:
    """Quick to say no: whether any of the names is in a text at all."""
    lowered = text.lower()
    if any(name.encode() in lowered for name in schema.names):
        return True
    if text.isascii():
        return False
    seen = visible(text.decode("utf-8", "surrogateescape")).casefold()
    return any(name in seen for name in schema.names)
