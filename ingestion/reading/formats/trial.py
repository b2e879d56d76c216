"""A format tried on the beginning of a file: what its rows would become. Nothing is stored."""

from dataclasses import dataclass
from itertools import islice

from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.layout import Drift, read_format_layout
from ingestion.reading.formats.row_reader import FormatRowReader
from ingestion.reading.header import HEADER_BYTES, Layout
from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.schema import Schema

MAX_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """The rows looked at; ``repeated_times`` of them have a time that clocks show twice."""

    layout: Layout
    drift: Drift
    rows: list[ParsedRow]
    repeated_times: int

    @property
    def rejected(self) -> int:
        return sum(1 for row in self.rows if row.record is None)


def try_format(
    text: bytes, definition: FormatDefinition, schema: Schema, *, is_whole: bool
) -> Trial:
    """What a format makes of a UTF-8 text, the last row left out where it may be cut off. Raises
    FileError."""
    layout, drift = read_format_layout(text[:HEADER_BYTES], definition, schema)
    if drift.unread:
        return Trial(layout, drift, [], 0)
    body = text[layout.body_start :]
    if not is_whole:
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    reader = FormatRowReader(schema, layout, "", definition)
    rows = list(islice(reader.read(body, layout.body_line), MAX_ROWS))
    return Trial(layout, drift, rows, reader.repeated_times)
