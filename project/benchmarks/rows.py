"""Rows for benchmarks, and the messages that they are."""

from collections.abc import Iterator
from uuid import uuid4

from ingestion.reading.header import HEADER_BYTES, read_layout
from ingestion.reading.row_parser import RowReader
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record


def messages_of(text: bytes) -> Iterator[Record]:
    layout = read_layout(text[:HEADER_BYTES], MESSAGE)
    reader = RowReader(MESSAGE, layout, str(uuid4()))
    for row in reader.read(text[layout.body_start :], layout.body_line):
        if row.record is not None:
            yield row.record


def csv_text(rows: int, day: int = 0) -> bytes:
    lines = (
        f"{1_559_000_000 + 86_400 * day + number / 8},location-{number % 7},wireless,"
        f"router-{number % 3},{number % 900 / 100},device-{number % 50},{number % 1700 / 100}"
        for number in range(rows)
    )
    return "\n".join([",".join(MESSAGE.names), *lines]).encode()
