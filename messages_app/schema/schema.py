"""The fields of a kind of record, described once: all that reads, checks or shows records is made
from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.types import FieldType, Value

# The name of the built-in kind.
MESSAGES = "messages"

# A field without a value has no entry.
Values = dict[str, Value]
# Of a field, None takes its value away.
Changes = Mapping[str, Value | None]


@dataclass(frozen=True)
class Field:
    """One field: its name in files, records and the API, its type, and how screens name it.

    One that is not ``required`` may have no value: nothing in a cell, null or nothing in JSON.
    """

    name: str
    type: FieldType
    label: str
    unit: str = ""
    required: bool = True

    @property
    def from_text(self) -> Callable[[str], Value | None]:
        """Reads a cell of a file or an input of a form. Raises Invalid."""
        return self.type.from_text if self.required else self._optional_text

    @property
    def from_json(self) -> Callable[[object], Value | None]:
        """Reads a value in JSON. Raises Invalid."""
        return self.type.from_json if self.required else self._optional_json

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

    def _optional_text(self, text: str) -> Value | None:
        return self.type.from_text(text) if visible(text) else None

    def _optional_json(self, data: object) -> Value | None:
        return None if data is None else self.type.from_json(data)

    def _described(self, schema: JSONSchema) -> JSONSchema:
        return {"description": f"{self.description}.", **schema, "example": self.example}


@dataclass(frozen=True)
class Schema:
    """The fields in the order in which files and screens have them.

    ``time_field`` names the field that the record's key, UTC date and time, is computed from;
    ``identity`` the text fields that tell records of one moment apart, and are part of the key.
    """

    fields: tuple[Field, ...]
    time_field: str
    identity: tuple[str, ...] = ()
    # What one of the records is called.
    noun: str = "record"

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """The fields of which every record has a value."""
        return tuple(field.name for field in self.fields if field.required)

    @cached_property
    def optional(self) -> tuple[Field, ...]:
        """The fields of which a record may have no value."""
        return tuple(field for field in self.fields if not field.required)

    @cached_property
    def changeable(self) -> tuple[Field, ...]:
        """The fields but those that the key, which stays, is computed from."""
        key = {self.time_field, *self.identity}
        return tuple(field for field in self.fields if field.name not in key)

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields but the one that the date and the time before them tell."""
        return tuple(field for field in self.fields if field.name != self.time_field)

    @cached_property
    def numbers(self) -> tuple[Field, ...]:
        """The columns whose values have an order: of ranges."""
        return tuple(field for field in self.columns if field.type.is_number)

    @cached_property
    def measures(self) -> tuple[Field, ...]:
        """The columns with quantities: of charts and averages."""
        return tuple(field for field in self.columns if field.type.is_measure)

    @cached_property
    def texts(self) -> tuple[Field, ...]:
        """The columns by whose values records are told apart."""
        return tuple(field for field in self.columns if not field.type.is_number)

    def present(self, values: Changes) -> Values:
        """Values without those that are None."""
        if not self.optional:
            return dict(values)  # type: ignore[arg-type]
        return {name: value for name, value in values.items() if value is not None}
