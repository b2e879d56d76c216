"""What is asked of the table: dates, times and filters, and how DynamoDB is asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from messages_app.schema.record import IDENTITY_SEPARATOR
from messages_app.schema.schema import Schema
from messages_app.schema.types import Attribute, Value
from messages_app.store.items import (
    IMPORT,
    ORIGIN,
    PARTITION_KEY,
    PARTITION_SEPARATOR,
    SORT_KEY,
    attribute,
)

# Sorts behind everything that can follow a time in a key: "10:55" as an upper end takes in
# "10:55:59.9" and "10:55:59~3fa2c1".
_AFTER = "\x7f"
# The same of the beginning of an identity, which can go on with any character.
_AFTER_IDENTITY = "\U0010ffff"
# No time in a key has so many bytes, identity and digest included; DynamoDB refuses keys of more
# than 1,024.
_LONGEST_TIME = 1000
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
MAX_ALTERNATIVES = 100


@dataclass(frozen=True)
class Range:
    """Numbers from ``least`` to ``most``, both included; None leaves an end open."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True)
class Query:
    """The records of one UTC date, or, without ``date``, of all days from ``date_from`` to
    ``date_to``. Times are prefixes such as ``10`` or ``10:55:09``, both ends included: those from
    ``time_from`` to ``time_to`` hold for each day, ``first_time`` is where the day ``date_from``
    begins, and ``last_time`` where ``date_to`` ends. ``filters`` ask a field to be equal to one of
    its values, ``without`` asks fields to have none. ``import_id`` asks for the records of an
    import."""

    date: str = ""
    time_from: str = ""
    time_to: str = ""
    filters: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    import_id: str = ""
    date_from: str = ""
    date_to: str = ""
    first_time: str = ""
    last_time: str = ""
    newest_first: bool = False
    # Whether what was just written must be seen, at twice the price.
    is_consistent: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether DynamoDB reads records that it does not give back."""
        return bool(self.filters or self.ranges or self.without or self.import_id)

    def ends(self, date: str = "") -> tuple[str, str]:
        """No sort key of the records that match lies before the first one or behind the second one:
        of a date, or of any."""
        lower, upper = [_cut(self.time_from) or "0"], [_upper_end(self.time_to)]
        if date and date == self.date_from:
            lower.append(_cut(self.first_time))
        if date and date == self.date_to:
            upper.append(_upper_end(self.last_time))
        return max(lower), min(upper)

    def is_empty(self, date: str = "") -> bool:
        """Whether no time of a date, or of any, can lie between its ends; DynamoDB refuses such a
        range."""
        lower, upper = self.ends(date)
        return lower > upper

    def identity(self) -> list[Any]:
        """What a cursor is bound to."""
        filters = sorted((name, sorted(map(str, few))) for name, few in self.filters.items())
        ranges = sorted(
            (name, str(one.minimum), str(one.maximum)) for name, one in self.ranges.items()
        )
        dates = [self.date, self.date_from, self.date_to]
        without = [sorted(self.without)] if self.without else []
        import_ = [self.import_id] if self.import_id else []
        narrowed = [filters, ranges, self.newest_first, *without, *import_]
        moments = [[self.first_time, self.last_time]] if self.first_time or self.last_time else []
        return [dates, self.time_from, self.time_to, *narrowed, *moments]

    def expression(self, partition: str, schema: Schema) -> dict[str, Any]:
        """The arguments of DynamoDB's Query for one partition of one of the days."""
        built = _Expression(schema)
        date_name, time_name = built.name(PARTITION_KEY), built.name(SORT_KEY)
        ends = [built.key(end) for end in self.ends(partition.partition(PARTITION_SEPARATOR)[0])]
        key = (
            f"{date_name} = {built.key(partition)} AND {time_name} BETWEEN {ends[0]} AND {ends[1]}"
        )
        conditions = [
            *(built.is_one_of(name, values) for name, values in self.filters.items()),
            *(built.is_within(name, one) for name, one in self.ranges.items()),
            *(f"attribute_not_exists({built.name(name)})" for name in self.without),
            *([built.is_of_import(self.import_id)] if self.import_id else []),
        ]
        optional = {"FilterExpression": " AND ".join(conditions)} if conditions else {}
        return {"KeyConditionExpression": key, **built.arguments, **optional}


def can_be_time(time: str) -> bool:
    """Whether it is short enough to be the time in a key."""
    return 0 < len(time) <= _LONGEST_TIME and _cut(time) == time


def _upper_end(time: str) -> str:
    """The last sort key that begins with a time."""
    return _cut(time) + (_AFTER_IDENTITY if IDENTITY_SEPARATOR in time else _AFTER)


def _cut(time: str) -> str:
    return time.encode(errors="ignore")[:_LONGEST_TIME].decode(errors="ignore")


class _Expression:
    """Names and values of an expression. Names are always placeholders: many are reserved words."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "ExpressionAttributeNames": self._names,
            "ExpressionAttributeValues": self._values,
        }

    def name(self, name: str) -> str:
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = name
        return placeholder

    def key(self, text: str) -> str:
        return self._placed({"S": text})

    def value(self, name: str, value: Value) -> str:
        return self._placed(attribute(self._schema, name, value))

    def _placed(self, attribute: Attribute) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = attribute
        return placeholder

    def is_one_of(self, name: str, values: Sequence[Value]) -> str:
        alternatives = ", ".join(self.value(name, value) for value in values)
        return f"{self.name(name)} IN ({alternatives})"

    def is_of_import(self, import_id: str) -> str:
        return f"{self.name(ORIGIN)}.{self.name(IMPORT)} = {self.key(import_id)}"

    def is_within(self, name: str, range_: Range) -> str:
        placeholder = self.name(name)
        ends = ((">=", range_.minimum), ("<=", range_.maximum))
        return " AND ".join(
            f"{placeholder} {sign} {self.value(name, end)}" for sign, end in ends if end is not None
        )
