"""The fields of a message, described once. All that reads, checks or shows them starts here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from messages_app.schema.types import FieldType, Number, Text, Timestamp, Value


@dataclass(frozen=True)
class Field:
    """One field: its name in files, records and the API, its type, and how screens name it."""

    name: str
    type: FieldType
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Schema:
    """The fields in the order in which files and screens have them.

    ``time_field`` names the field that the record's key, UTC date and time, is computed from.
    """

    fields: tuple[Field, ...]
    time_field: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}


Values = dict[str, Value]

MESSAGE = Schema(
    time_field="timestamp",
    fields=(
        Field("timestamp", Timestamp(), "Timestamp", unit="s"),
        Field("location", Text(), "Location"),
        Field("source", Text(), "Source"),
        Field("local_dest", Text(), "Local destination"),
        Field("local_avg", Number(), "Local average", unit="ms"),
        Field("remote_dest", Text(), "Remote destination"),
        Field("remote_avg", Number(), "Remote average", unit="ms"),
    ),
)
