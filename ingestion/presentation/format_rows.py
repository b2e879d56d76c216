"""Rows of a sample as the pages show them."""

from dataclasses import dataclass

from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.schema import Schema
from messages_app.schema.types import as_text


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row, and the texts of its record's fields; none of a reject."""

    row: ParsedRow
    cells: list[str]


def shown_rows(rows: list[ParsedRow], schema: Schema) -> list[ShownRow]:
    return [
        ShownRow(row, [_text(row, name) for name in schema.names] if row.message else [])
        for row in rows
    ]


def _text(row: ParsedRow, name: str) -> str:
    value = row.message.values.get(name) if row.message else None
    return "" if value is None else as_text(value)
