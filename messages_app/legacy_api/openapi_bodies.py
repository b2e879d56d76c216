"""JSON Schemas of the ancestor's bodies and parameters, for the OpenAPI document."""

from common.rest.json_schema import (
    NEW_TIME,
    RECORD_DATE,
    TIME,
    JSONSchema,
    list_of,
    object_of,
)
from messages_app.api.serializers import KEY, ORIGIN
from messages_app.legacy_api.keys import MAX_LIMIT
from messages_app.legacy_api.update_expression import MAX_LENGTH
from messages_app.schema.builtin import MESSAGE

_MOMENT = MESSAGE.by_name[MESSAGE.time_field]
_OTHERS = MESSAGE.changeable

_NULL: JSONSchema = {"type": "string", "nullable": True, "enum": [None]}


def _open(schema: JSONSchema) -> JSONSchema:
    """The same object, in which further members are ignored."""
    return {**schema, "additionalProperties": True}


def _new_item(description: str, key: JSONSchema) -> JSONSchema:
    """``key`` has date, time and timestamp; those that follow from the others are null."""
    fields = {field.name: field.item_schema for field in _OTHERS}
    needed = [name for name, schema in key.items() if schema is not _NULL]
    properties = {**key, **fields, ORIGIN: {"description": "Ignored."}}
    return object_of(description, properties, [*needed, *fields])


_KEY: JSONSchema = {"date": RECORD_DATE, "time": TIME}
_ORIGIN = object_of(
    "The import and the line of its file that the record came from.",
    {"import": {"type": "string", "format": "uuid"}, "line": {"type": "integer", "minimum": 1}},
)
_FIELDS = {field.name: field.answered_schema for field in MESSAGE.fields}
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
                        {"date": _NULL, "time": _NULL, _MOMENT.name: _MOMENT.item_schema},
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
                "additionalProperties": {"anyOf": [field.item_schema for field in _OTHERS]},
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
