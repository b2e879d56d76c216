"""Which device a record is of, and that it was heard of.

It is what the kind's identity tells records of one moment apart by; of a kind without one, the
field that somebody named (messages_app/kinds/reporting.py), if anybody did.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from messages_app.schema.record import Record, identity_key
from messages_app.schema.schema import Schema, Values
from messages_app.schema.types import Value
from silence import hearing, reporting


def fields_of(kind: str, schema: Schema) -> tuple[str, ...]:
    """The fields that name the device of a record; none where no device is followed."""
    if schema.identity:
        return schema.identity
    named = reporting.of_kind(kind).device_field
    return (named,) if named in schema.by_name else ()


class Newest:
    """The newest moment of each device of some records."""

    def __init__(self, fields: tuple[str, ...], time_field: str) -> None:
        self._fields = fields
        self._time_field = time_field
        self._moments: dict[tuple[Value | None, ...], Decimal] = {}

    @property
    def are_followed(self) -> bool:
        return bool(self._fields)

    def add(self, records: Iterable[Record]) -> None:
        """Records that came; they count whatever the table had already."""
        if not self._fields:
            return
        known, time_field = self._moments, self._time_field
        device_of = _values_of(self._fields)
        for record in records:
            device = device_of(record.values)
            at = record.values[time_field]
            if device not in known or at > known[device]:  # type: ignore[operator]
                known[device] = at  # type: ignore[assignment]

    def taken(self) -> Mapping[str, int]:
        """Seconds since 1970, by name; from then on it is empty again."""
        moments, self._moments = self._moments, {}
        return {
            identity_key([one for one in device if one is not None]): int(at)
            for device, at in moments.items()
            if None not in device
        }


def hear(kind: str, schema: Schema, records: Iterable[Record], at: datetime | None = None) -> None:
    """Note of which devices these records are, which came just now: one statement at the most."""
    newest = Newest(fields_of(kind, schema), schema.time_field)
    newest.add(records)
    hearing.note(kind, newest.taken(), at or timezone.now())


def _values_of(fields: tuple[str, ...]) -> Callable[[Values], tuple[Value | None, ...]]:
    """What takes the values of some fields, None where there is none."""
    if len(fields) == 1:
        [name] = fields
        return lambda values: (values.get(name),)
    return lambda values: tuple(map(values.get, fields))
