"""The fields of a kind of record, described once: all that reads, checks or shows records is made
from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from common.rest.json_schema import JSONSchema
from messages_app.schema.types import FieldType, Value

Values = dict[str, Value]


@dataclass(frozen=True)
class Field:
    """One field: its name in files, records and the API, its type, and how screens name it."""

    name: str
    type: FieldType
    label: str
    unit: str = ""

    @property
    def heading(self) -> str:
        """``Local average (ms)``."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def description(self) -> str:
        """``Local average, in ms``."""
        return f"{self.label}, in {self.unit}" if self.unit else self.label

    @property
    def sent_schema(self) -> JSONSchema:
        """What a value looks like in what is sent, as JSON or as text."""
        return self._described(self.type.sent_schema())

    @property
    def answered_schema(self) -> JSONSchema:
        """What a value looks like in an answer."""
        return self._described(self.type.answered_schema())

    @property
    def item_schema(self) -> JSONSchema:
        """What a value looks like in what the ancestor's clients send."""
        return self._described(self.type.item_schema())

    @property
    def example(self) -> object:
        """A value in JSON."""
        return self.type.example(self.name)

    def _described(self, schema: JSONSchema) -> JSONSchema:
        return {"description": f"{self.description}.", **schema, "example": self.example}


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

    @cached_property
    def changeable(self) -> tuple[Field, ...]:
        """The fields but the one that the key, which stays, is computed from."""
        return tuple(field for field in self.fields if field.name != self.time_field)

    @cached_property
    def numbers(self) -> tuple[Field, ...]:
        """The changeable fields with quantities: of ranges, charts and averages."""
        return tuple(field for field in self.changeable if field.type.is_number)

    @cached_property
    def texts(self) -> tuple[Field, ...]:
        """The changeable fields by whose values records are told apart."""
        return tuple(field for field in self.changeable if not field.type.is_number)
