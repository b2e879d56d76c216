"""Rows of a sample as the pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.reading.row_parser import ParsedRow
from ingestion.uploads.preview import RowStatus
from messages_app.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row, and the texts of its record's fields; none of a reject. ``row_status`` is how it
    stands to the table, where that is known."""

    row: ParsedRow
    cells: list[str]
    row_status: RowStatus | None = None


def shown_rows(
    rows: list[ParsedRow], schema: Schema, statuses: Iterable[RowStatus] = ()
) -> list[ShownRow]:
    """The rows; ``statuses`` are those of the good ones among them."""
    left = iter(statuses)
    return [
        ShownRow(row, [row.record.text(name) for name in schema.names], next(left, None))
        if row.record
        else ShownRow(row, [])
        for row in rows
    ]
