"""Records as the rows of a table: a column for each field of the schema."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from messages_app.record import BESIDE, Message, Origin
from messages_app.schema import MESSAGE, Schema
from messages_app.values import Value

# A number with more digits than this before or after the point is written with an exponent.
_LONGEST_PLAIN = 40


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    unit: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A record. ``beside`` is the digest in its key when another record holds the plain key."""

    time: str
    beside: str
    cells: list[Cell]
    origin: Origin | None


def columns(schema: Schema = MESSAGE) -> list[Column]:
    return [
        Column(field.label, field.unit, _is_number(schema, field.name)) for field in schema.fields
    ]


def rows(messages: Iterable[Message], schema: Schema = MESSAGE) -> list[Row]:
    return [_row(message, schema) for message in messages]


def _row(message: Message, schema: Schema) -> Row:
    time, _, beside = message.time.partition(BESIDE)
    cells = [Cell(text(message.values[name]), _is_number(schema, name)) for name in schema.names]
    return Row(time, beside, cells, message.origin)


def text(value: Value) -> str:
    """A value with all its digits."""
    if isinstance(value, str):
        return value
    return format(value, "f") if _is_short(value) else str(value)


def _is_short(number: Decimal) -> bool:
    return abs(number.adjusted()) < _LONGEST_PLAIN


def _is_number(schema: Schema, name: str) -> bool:
    return schema.by_name[name].type.kind == "number"
