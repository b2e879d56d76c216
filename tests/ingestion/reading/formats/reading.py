"""Files read by a format, without a bucket."""

from typing import Any

from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.layout import read_format_layout
from ingestion.reading.formats.row_reader import FormatRowReader
from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.schema import Schema

HEADER = "When;Site;Link;Router;Local;Device;Remote\n"
COLUMNS: dict[str, Any] = {
    "timestamp": {"column": "When"},
    "location": {"column": "Site"},
    "source": {"column": "Link"},
    "local_dest": {"column": "Router"},
    "local_avg": {"column": "Local"},
    "remote_dest": {"column": "Device"},
    "remote_avg": {"column": "Remote"},
}


def definition(**options: Any) -> FormatDefinition:
    """A format of files with ``HEADER``, some options changed."""
    columns = COLUMNS | options.pop("columns", {})
    data = {"header": HEADER.strip().split(";"), "columns": columns} | options
    made = definition_from_json(data)
    check_contradictions(made, MESSAGE)
    return made


def time(form: str, pattern: str = "", zone: str = "") -> dict[str, Any]:
    """The columns of a format whose times are written so."""
    timestamp = {"form": form, "pattern": pattern, "zone": zone}
    return {"timestamp": {"column": "When", "timestamp": timestamp}}


def reader_of(
    text: str | bytes, format_: FormatDefinition, schema: Schema = MESSAGE
) -> tuple[FormatRowReader, list[ParsedRow]]:
    content = text.encode() if isinstance(text, str) else text
    layout, _ = read_format_layout(content, format_, schema)
    reader = FormatRowReader(schema, layout, "an-import", format_)
    return reader, list(reader.read(content[layout.body_start :], layout.body_line))


def read(text: str | bytes, format_: FormatDefinition) -> list[ParsedRow]:
    return reader_of(text, format_)[1]


def row(when: str, local: str = "4.39", site: str = "roof") -> str:
    return f"{when};{site};wireless;gw-1;{local};dev-1;9\n"
