"""What a record looks like in a file of columns.

Numbers are DOUBLE: 15 digits of them are right. Everything else is text as the API takes it in a
query, and Parquet keeps a dictionary of the texts. Beside the fields there are the key (``_date``,
``_time``), the moment to the microsecond (``_at``), and where the record came from (``_import``,
``_line``). No field's name begins so.
"""

from typing import Any

from messages_app.schema.record import CONFLICT_SEPARATOR, IDENTITY_SEPARATOR, Message
from messages_app.schema.schema import Schema
from messages_app.schema.types import Value, as_text

DATE, TIME, AT, IMPORT, LINE = "_date", "_time", "_at", "_import", "_line"
_MICROSECONDS = len("10:55:09.385333")


def types(schema: Schema) -> dict[str, str]:
    """The names of the columns, and their types in SQL."""
    fields = {
        field.name: "DOUBLE" if field.type.is_number else "VARCHAR" for field in schema.fields
    }
    own = {DATE: "VARCHAR", TIME: "VARCHAR", AT: "TIMESTAMP", IMPORT: "VARCHAR", LINE: "BIGINT"}
    return own | fields


def row_of(message: Message, schema: Schema) -> dict[str, Any]:
    """A record as JSON; what is missing is null."""
    origin = message.import_origin
    row: dict[str, Any] = {
        DATE: message.date,
        TIME: message.time,
        AT: moment_of(message),
        IMPORT: origin.import_id if origin else None,
        LINE: origin.line if origin else None,
    }
    for field in schema.fields:
        value = message.values.get(field.name)
        row[field.name] = None if value is None else cell(value, is_number=field.type.is_number)
    return row


def cell(value: Value, *, is_number: bool) -> float | str:
    """A value as the file has it."""
    return float(value) if is_number else as_text(value)


def moment_of(message: Message) -> str:
    """The UTC date and time of a record, to the microsecond: digits behind it are cut off."""
    time = message.time.partition(IDENTITY_SEPARATOR)[0].partition(CONFLICT_SEPARATOR)[0]
    return f"{message.date} {time[:_MICROSECONDS]}"
