"""What a record looks like in a file of columns.

Numbers are DOUBLE: 15 digits of them are right. A file whose numbers are those of the table to the
last digit says so in its metadata (``EXACT``). Everything else is text as the API takes it in a
query, and Parquet keeps a dictionary of the texts. Beside the fields there are the key (``_date``,
``_time``), the moment to the microsecond (``_at``), and where the record came from (``_import``,
``_line``). No field's name begins so.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from messages_app.schema.record import moment_of
from messages_app.schema.schema import Schema
from messages_app.schema.types import Value, as_text
from messages_app.store.items import SORT_KEY, Item, date_of, import_of, texts_of

DATE, TIME, AT, IMPORT, LINE = "_date", "_time", "_at", "_import", "_line"
EXACT = "exact"
_MICROSECONDS = len("10:55:09.385333")


def types(schema: Schema) -> dict[str, str]:
    """The names of the columns, and their types in SQL."""
    fields = {
        field.name: "DOUBLE" if field.type.is_number else "VARCHAR" for field in schema.fields
    }
    own = {DATE: "VARCHAR", TIME: "VARCHAR", AT: "TIMESTAMP", IMPORT: "VARCHAR", LINE: "BIGINT"}
    return own | fields


def row_of(item: Item, schema: Schema) -> dict[str, Any]:
    """An item of the table as JSON; what is missing is null. Made without the record, which would
    take longer than to read the item."""
    date, time = date_of(item), item[SORT_KEY]["S"]
    origin = import_of(item) or (None, None)
    row: dict[str, Any] = {
        DATE: date,
        TIME: time,
        AT: f"{date} {moment_of(time)[:_MICROSECONDS]}",
        IMPORT: origin[0],
        LINE: origin[1],
    }
    row.update(texts_of(item, schema))
    for field in schema.fields:
        if field.type.is_number and (number := row[field.name]) is not None:
            row[field.name] = float(number)
    return row


def has_all_digits(row: Mapping[str, Any], item: Item, numbers: Iterable[str]) -> bool:
    """Whether these numbers of a row of an item are, written out, what the table has: most are, as
    DOUBLE keeps 15 digits. Ones so large or small that they have an exponent are none of them."""
    return all(
        repr(row[name] + 0.0).removesuffix(".0") == item[name]["N"]  # of -0.0 it makes 0.0
        for name in numbers
        if row[name] is not None
    )


def cell(value: Value, *, is_number: bool) -> float | str:
    """A value as the file has it."""
    return float(value) if is_number else as_text(value)
