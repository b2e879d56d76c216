"""JSON Schemas of a schema's fields."""

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.schema.schema import Field
from messages_app.schema.types import Number, Text, Timestamp


def of_field(field: Field, *, is_answer: bool) -> JSONSchema:
    """What a value of a field looks like: in an answer, or in what is sent, as JSON or as text."""
    described = {"description": f"{field.label}{f', in {field.unit}' if field.unit else ''}."}
    if isinstance(field.type, Text):
        return {**described, **_text(field.type), "example": f"{field.name}-1"}
    if isinstance(field.type, Number):
        return {**described, **(json_schema.MEASURED if is_answer else _number(field.type))}
    assert isinstance(field.type, Timestamp)
    return {**described, **(json_schema.MOMENT if is_answer else json_schema.TIMESTAMP)}


def _text(type_: Text) -> JSONSchema:
    return {**json_schema.TEXT, "maxLength": type_.max_length}


def _number(type_: Number) -> JSONSchema:
    return {
        **json_schema.ZERO_OR_MORE,
        "maximum": float(type_.below),
        "exclusiveMaximum": True,
        "example": 4.39,
    }
