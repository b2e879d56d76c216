"""The ancestor's bodies and parameters for the OpenAPI document, made from a schema."""

from common.rest.json_schema import NEW_TIME, RECORD_DATE, TIME, JSONSchema, list_of, object_of
from messages_app.api.openapi.components import ORIGIN_SCHEMA
from messages_app.legacy.api.keys import MAX_LIMIT
from messages_app.legacy.api.update_expression import MAX_LENGTH
from messages_app.presentation.record_json import KEY, ORIGIN
from messages_app.schema.extra_columns import EXTRA_COLUMNS, JSON_SCHEMA
from messages_app.schema.schema import Schema

_NULL: JSONSchema = {"type": "string", "nullable": True, "enum": [None]}
_KEY: JSONSchema = {"date": RECORD_DATE, "time": TIME}
_COUNT: JSONSchema = {"type": "integer", "minimum": 0}
_SPACE = r"[ \t\r\n]"


def components(schema: Schema) -> JSONSchema:
    """By name."""
    fields = {field.name: field.answered_schema for field in schema.fields}
    optional = {ORIGIN: ORIGIN_SCHEMA, EXTRA_COLUMNS: JSON_SCHEMA}
    item = object_of("A record.", {**_KEY, **fields, **optional}, [*KEY, *fields])
    page = {
        "Items": list_of(item),
        "Count": _COUNT,
        "ScannedCount": _COUNT,
        "LastEvaluatedKey": object_of("The next page begins after it, if there is one.", _KEY),
    }
    return {
        "AncestorNewRecordRequest": _open("A new record.", {"Item": _new_item(schema)}),
        "AncestorChangeRequest": _change(schema),
        "AncestorPage": object_of(
            "Records in the table's own order.", page, ["Items", "Count", "ScannedCount"]
        ),
        "AncestorRecord": object_of("The record, if there is one.", {"Item": item}, []),
        "AncestorError": object_of(
            "Why nothing was done.",
            {
                "error": {
                    "type": "string",
                    "pattern": "^Could not .+: .+",
                    "example": "Could not read the message: time is not a time.",
                }
            },
        ),
        "AncestorDone": object_of("Nothing.", {}),
    }


def _open(description: str, properties: JSONSchema) -> JSONSchema:
    """An object in which further members are ignored."""
    return {**object_of(description, properties), "additionalProperties": True}


def _new_item(schema: Schema) -> JSONSchema:
    moment = schema.by_name[schema.time_field]
    fields = {field.name: field.item_schema for field in schema.changeable}

    def item(description: str, key: JSONSchema) -> JSONSchema:
        """Those of date, time and timestamp that follow from the others are null."""
        needed = [name for name, one in key.items() if one is not _NULL]
        properties = {
            **key,
            **fields,
            ORIGIN: {"description": "Ignored."},
            EXTRA_COLUMNS: JSON_SCHEMA,
        }
        return object_of(description, properties, [*needed, *fields])

    by_date = {"date": RECORD_DATE, "time": NEW_TIME, moment.name: _NULL}
    by_moment = {"date": _NULL, "time": _NULL, moment.name: moment.item_schema}
    return {"oneOf": [item("With date and time.", by_date), item("With its timestamp.", by_moment)]}


def _change(schema: Schema) -> JSONSchema:
    names = [field.name for field in schema.changeable]
    one = f"(?:{'|'.join(names)}|#[A-Za-z0-9_]+){_SPACE}*={_SPACE}*:[A-Za-z0-9_]+"
    several = f"{one}(?:{_SPACE}*,{_SPACE}*{one})*"
    body = _open(
        "Fields to set to values.",
        {
            "UpdateExpression": {
                "type": "string",
                "maxLength": MAX_LENGTH,
                "pattern": f"^{_SPACE}*[Ss][Ee][Tt]{_SPACE}+{several}{_SPACE}*$",
                "example": f"SET {names[-1]} = :value",
            },
            "ExpressionAttributeValues": {
                "type": "object",
                "additionalProperties": {"anyOf": [one.item_schema for one in schema.changeable]},
                "minProperties": 1,
                "example": {":value": schema.changeable[-1].example},
            },
            "ExpressionAttributeNames": {
                "type": "object",
                "additionalProperties": {"enum": names},
                "example": {},
            },
        },
    )
    return {**body, "required": ["UpdateExpression", "ExpressionAttributeValues"]}


_DATE, _TIME = (one["pattern"].strip("^$") for one in _KEY.values())
# JSON as text; other spellings of the same object are taken too.
START: JSONSchema = {
    "type": "string",
    "pattern": rf'^\{{"date": ?"{_DATE}", ?"time": ?"{_TIME}"\}}$',
}
LIMIT: JSONSchema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}
