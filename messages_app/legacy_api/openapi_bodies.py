"""JSON Schemas of the ancestor's bodies and parameters, for the OpenAPI document."""

from common.rest.json_schema import (
    NEW_TIME,
    RECORD_DATE,
    TIME,
    JSONSchema,
    list_of,
    object_of,
)
from messages_app.api.openapi.field_schema import of_field
from messages_app.api.serializers import KEY, ORIGIN
from messages_app.legacy_api.keys import MAX_LIMIT
from messages_app.legacy_api.update_expression import MAX_LENGTH
from messages_app.schema.schema import MESSAGE, Field
from messages_app.schema.types import Number

_MOMENT = MESSAGE.by_name[MESSAGE.time_field]
_OTHERS = tuple(field for field in MESSAGE.fields if field is not _MOMENT)

_NULL: JSONSchema = {"type": "string", "nullable": True, "enum": [None]}
# Others are taken as well, while they have at most 38 digits.
_NUMBER = r"^ *\+?(?:[0-9]{1,19}(?:\.[0-9]{0,19})?|\.[0-9]{1,19})(?:[eE][+-]?[0-9])? *$"


def _sent(field: Field) -> JSONSchema:
    schema = of_field(field, is_answer=False)
    if not isinstance(field.type, Number):
        return schema
    described = {"description": schema.pop("description"), "example": schema.pop("example")}
    return {**described, "anyOf": [schema, {"type": "string", "pattern": _NUMBER}]}


def _open(schema: JSONSchema) -> JSONSchema:
    """The same object, in which further members are ignored."""
    return {**schema, "additionalProperties": True}


def _new_item(description: str, key: JSONSchema) -> JSONSchema:
    """``key`` has date, time and timestamp; those that follow from the others are null."""
    fields = {field.name: _sent(field) for field in _OTHERS}
    needed = [name for name, schema in key.items() if schema is not _NULL]
    properties = {**key, **fields, ORIGIN: {"description": "Ignored."}}
    return object_of(description, properties, [*needed, *fields])


_KEY: JSONSchema = {"date": RECORD_DATE, "time": TIME}
_ORIGIN = object_of(
    "The import and the line of its file that the record came from.",
    {"import": {"type": "string", "format": "uuid"}, "line": {"type": "integer", "minimum": 1}},
)
_FIELDS = {field.name: of_field(field, is_answer=True) for field in MESSAGE.fields}
_ITEM = object_of("A record.", {**_KEY, **_FIELDS, ORIGIN: _ORIGIN}, [*KEY, *_FIELDS])
_COUNT: JSONSchema = {"type": "integer", "minimum": 0}

EMPTY = object_of("Nothing.", {})
ERROR = object_of(
    "Why nothing was done.", {"error": {"type": "string", "pattern": "^Could not .+: .+"}}
)
PAGE = object_of(
    "Records in the table's own order.",
    {
        "Items": list_of(_ITEM),
        "Count": _COUNT,
        "ScannedCount": _COUNT,
        "LastEvaluatedKey": object_of("Behind it the next page begins, if there is one.", _KEY),
    },
    ["Items", "Count", "ScannedCount"],
)
RECORD = object_of("The record, if there is one.", {"Item": _ITEM}, [])
NEW_RECORD = _open(
    object_of(
        "A new record.",
        {
            "Item": {
                "oneOf": [
                    _new_item(
                        "With date and time.",
                        {"date": RECORD_DATE, "time": NEW_TIME, _MOMENT.name: _NULL},
                    ),
                    _new_item(
                        "With the timestamp.",
                        {"date": _NULL, "time": _NULL, _MOMENT.name: _sent(_MOMENT)},
                    ),
                ]
            }
        },
    )
)

_SPACE = r"[ \t\r\n]"
_NAME = rf"(?:{'|'.join(field.name for field in _OTHERS)}|#[A-Za-z0-9_]+)"
_ASSIGNMENT = f"{_NAME}{_SPACE}*={_SPACE}*:[A-Za-z0-9_]+"
_ASSIGNMENTS = f"{_ASSIGNMENT}(?:{_SPACE}*,{_SPACE}*{_ASSIGNMENT})*"
CHANGE = _open(
    object_of(
        "Fields to set to values.",
        {
            "UpdateExpression": {
                "type": "string",
                "maxLength": MAX_LENGTH,
                "pattern": f"^{_SPACE}*[Ss][Ee][Tt]{_SPACE}+{_ASSIGNMENTS}{_SPACE}*$",
                "example": "SET remote_avg = :value",
            },
            "ExpressionAttributeValues": {
                "type": "object",
                "additionalProperties": {"anyOf": [_sent(field) for field in _OTHERS]},
                "minProperties": 1,
                "example": {":value": "9.00"},
            },
            "ExpressionAttributeNames": {
                "type": "object",
                "additionalProperties": {"enum": [field.name for field in _OTHERS]},
                "example": {},
            },
        },
        ["UpdateExpression", "ExpressionAttributeValues"],
    )
)

_DATE, _TIME = (schema["pattern"].strip("^$") for schema in _KEY.values())
# JSON as text; other spellings of the same object are taken too.
START: JSONSchema = {
    "type": "string",
    "pattern": rf'^\{{"date": ?"{_DATE}", ?"time": ?"{_TIME}"\}}$',
    "example": '{"date": "2019-05-28", "time": "10:55:09.385333"}',
}
LIMIT: JSONSchema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "example": 100}
