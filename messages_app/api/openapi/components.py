"""The bodies of the API of records as components of the OpenAPI document, made from a schema."""

from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of, reference
from messages_app.presentation.record_json import ORIGIN, field_names
from messages_app.schema.extra_columns import EXTRA_COLUMNS, JSON_SCHEMA
from messages_app.schema.schema import Schema

_NEXT = {
    "type": "string",
    "format": "uri",
    "nullable": True,
    "description": "The address of the next page; null on the last one.",
}
ORIGIN_SCHEMA = object_of(
    "The import and the line of its file that the record came from; or the queue, the id of the"
    " message, and which of its records this is, from 1.",
    {
        "import": {"type": "string", "format": "uuid"},
        "line": {"type": "integer", "minimum": 1},
        "queue": {"type": "string"},
        "message": {"type": "string"},
        "number": {"type": "integer", "minimum": 1},
    },
    required=(),
)
_EXTRA = {EXTRA_COLUMNS: JSON_SCHEMA}
_NOT_SENT = (
    "The key (`date`, `time`, `timestamp`) and `origin` cannot change; they may be sent with "
    "the values that were read."
)


def components(schema: Schema) -> JSONSchema:
    """By name."""
    answered, sent = _answered(schema), {one.name: one.sent_schema for one in schema.fields}
    changes = {field.name: sent[field.name] for field in schema.changeable}
    by_date = {"date": json_schema.RECORD_DATE, "time": json_schema.NEW_TIME, **changes}
    return {
        "Message": object_of(
            "A record. Its key is `date` and `time`, both UTC, computed from `timestamp`.",
            answered,
            required=field_names(schema),
        ),
        "MessageFields": object_of(
            "A record, or those of its fields that were asked for.", answered, required=()
        ),
        "MessagePage": object_of(
            "A page of records.",
            {"next": _NEXT, "results": list_of(reference("MessageFields"))},
        ),
        "MessageChoice": object_of(
            "The records that a time may mean, up to 20 of them.",
            {"detail": {"type": "string"}, "results": list_of(reference("Message"))},
        ),
        "NewMessage": {
            "description": "A new record: with its timestamp, or with date and time, from which the"
            " timestamp is computed then. With all three they must agree.",
            "oneOf": [reference("NewMessageByTimestamp"), reference("NewMessageByDateAndTime")],
        },
        "NewMessageByTimestamp": object_of("A new record.", {**sent, **_EXTRA}, sent),
        "NewMessageByDateAndTime": object_of("A new record.", {**by_date, **_EXTRA}, by_date),
        "MessageReplacement": object_of(f"All fields of a record. {_NOT_SENT}", changes),
        "MessageChanges": object_of(f"The fields to change. {_NOT_SENT}", changes, required=()),
    }


def _answered(schema: Schema) -> JSONSchema:
    return {
        "date": json_schema.RECORD_DATE,
        "time": {
            **json_schema.TIME,
            "description": "UTC, with six digits of fraction or none. Of a record that is kept"
            " beside another of the same moment, a ~ and a digest follow.",
        },
        **{field.name: field.answered_schema for field in schema.fields},
        ORIGIN: {
            **ORIGIN_SCHEMA,
            "nullable": True,
            "description": f"{ORIGIN_SCHEMA['description'][:-1]}; null for a record made through"
            " the API.",
        },
        **_EXTRA,
    }
