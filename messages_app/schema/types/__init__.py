"""The types that a field can have. Each brings its own behaviour, so that nothing else asks which
type a field has."""

from messages_app.schema.types.base import Attribute, FieldType, Value, as_text, canonical_text
from messages_app.schema.types.boolean import Boolean
from messages_app.schema.types.integer import Integer
from messages_app.schema.types.number import Number
from messages_app.schema.types.text import Text
from messages_app.schema.types.timestamp import Timestamp

# By the names that definitions of kinds have for them.
TYPES: dict[str, type[FieldType]] = {
    one.name: one for one in (Text, Number, Integer, Boolean, Timestamp)
}

__all__ = [
    "TYPES",
    "Attribute",
    "Boolean",
    "FieldType",
    "Integer",
    "Number",
    "Text",
    "Timestamp",
    "Value",
    "as_text",
    "canonical_text",
]
