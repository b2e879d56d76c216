"""The schema's rules in JSON Schema, for the OpenAPI document: as tight as what is enforced."""

from typing import Any

from messages_app.schema import Field
from messages_app.values import Number, Text, Timestamp

JSONSchema = dict[str, Any]

# Months with their days; 29 February is taken too, where the year has one.
_MONTH_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_SECOND = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_ISO = rf"^(?:19[7-9]\d|[2-9]\d{{3}})-{_MONTH_DAY}T{_SECOND}(?:\.\d{{1,9}})?Z$"
_DIGEST = r"(?:~[0-9a-f]{6,64})?"
# The last moment of the year 9999, rounded down to what a binary float holds.
_LAST_SECOND = 253402300799

DATE: JSONSchema = {"type": "string", "format": "date", "example": "2019-05-28"}
TIME: JSONSchema = {
    "type": "string",
    "pattern": rf"^{_SECOND}(?:\.\d{{1,6}})?{_DIGEST}$",
    "example": "10:55:09.385333",
}
# In an address: at least the second, or any beginning.
TIME_PREFIX: JSONSchema = {
    "type": "string",
    "pattern": rf"^(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?{_DIGEST})?)?$",
    "example": "10:55:09",
}


def of_field(field: Field, *, is_answer: bool) -> JSONSchema:
    """What a JSON value of a field looks like, in an answer or in a request."""
    described = {"description": field.label + (f", in {field.unit}" if field.unit else "")}
    if isinstance(field.type, Text):
        return {**described, **_text(field.type)}
    if isinstance(field.type, Number):
        return {**described, **_number(field.type)}
    assert isinstance(field.type, Timestamp)
    return {**described, **_timestamp(is_answer=is_answer)}


def _text(type_: Text) -> JSONSchema:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": type_.max_length,
        "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        "example": "location-03",
    }


def _number(type_: Number) -> JSONSchema:
    # A number that is not 0 has to be large enough for DynamoDB to hold it.
    return {
        "type": "number",
        "anyOf": [{"enum": [0]}, {"minimum": 1e-130}],
        "maximum": float(type_.below),
        "exclusiveMaximum": True,
        "example": 4.39,
    }


def _timestamp(*, is_answer: bool) -> JSONSchema:
    seconds = {"type": "number", "anyOf": [{"enum": [0]}, {"minimum": 1e-130}]}
    seconds |= {"maximum": _LAST_SECOND}
    if is_answer:
        return {"type": "number", "minimum": 0, "example": 1559040909.3853335}
    iso = {"type": "string", "pattern": _ISO, "example": "2019-05-28T10:55:09.38Z"}
    return {"anyOf": [seconds, iso], "example": 1559040909.3853335}
