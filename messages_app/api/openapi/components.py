"""The bodies of the messages API as components of the OpenAPI document, derived from the schema."""

from typing import Any

from drf_spectacular.drainage import warn

from common.rest import json_schema
from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema, list_of, object_of, reference
from common.rest.openapi_schema import HEADERS
from messages_app.api.batch_serializer import MAX_MESSAGES, OUTCOMES
from messages_app.api.serializers import ORIGIN
from messages_app.schema.builtin import MESSAGE
from messages_app.store.bulk_insert import ON_CONFLICT


def _sent(*names: str) -> JSONSchema:
    return {name: MESSAGE.by_name[name].sent_schema for name in names}


_CHANGEABLE = tuple(field.name for field in MESSAGE.changeable)
_COUNT = {"type": "integer", "minimum": 0}
_NEXT = {
    "type": "string",
    "format": "uri",
    "nullable": True,
    "description": "The address of the next page; null on the last one.",
}
_ORIGIN = {
    **object_of(
        "The import and the line of its file that the record came from; null for a record made"
        " through the API.",
        {"import": {"type": "string", "format": "uuid"}, "line": {"type": "integer", "minimum": 1}},
    ),
    "nullable": True,
}
_ANSWERED: JSONSchema = {
    "date": json_schema.RECORD_DATE,
    "time": {
        **json_schema.TIME,
        "description": "UTC, with six digits of fraction or none. Of a record that is kept beside"
        " another of the same moment, a ~ and a digest follow.",
    },
    **{field.name: field.answered_schema for field in MESSAGE.fields},
    ORIGIN: _ORIGIN,
}

_NOT_SENT = (
    "What cannot change, as it is the record's key (`date`, `time`, `timestamp`), and `origin` may"
    " be sent along as they were read."
)
MESSAGES: JSONSchema = {
    "Message": object_of(
        "A record. Its key is `date` and `time`, both UTC, computed from `timestamp`.", _ANSWERED
    ),
    "MessageFields": object_of(
        "A record, or those of its fields that were asked for.", _ANSWERED, required=()
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
    "NewMessageByTimestamp": object_of("A new record.", _sent(*MESSAGE.names)),
    "NewMessageByDateAndTime": object_of(
        "A new record.",
        {
            "date": json_schema.RECORD_DATE,
            "time": json_schema.NEW_TIME,
            **_sent(*_CHANGEABLE),
        },
    ),
    "MessageReplacement": object_of(f"All fields of a record. {_NOT_SENT}", _sent(*_CHANGEABLE)),
    "MessageChanges": object_of(
        f"The fields to change. {_NOT_SENT}", _sent(*_CHANGEABLE), required=()
    ),
    "MessageBatch": object_of(
        "Records to write.",
        {
            "on_conflict": {
                "type": "string",
                "enum": list(ON_CONFLICT),
                "default": ON_CONFLICT[0],
                "description": "Of a record whose key a different one has: `keep` both, `replace`"
                " the one that is there, or `reject` the new one.",
            },
            "messages": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_MESSAGES,
                "items": {"anyOf": [reference("NewMessage"), {"type": "object"}]},
                "description": "New records. What is none is rejected by itself.",
            },
        },
        required=("messages",),
    ),
    "MessageBatchAnswer": object_of(
        "What became of the records.",
        {
            "receipt": object_of(
                "How many records had each outcome; `read` is the sum of the others.",
                {"read": _COUNT, **dict.fromkeys(OUTCOMES, _COUNT)},
            ),
            "results": list_of(
                object_of(
                    "What became of one of them, in the order in which they were sent. `date` and"
                    " `time` are its key or, when a different record has that, the other's.",
                    {
                        "outcome": {"type": "string", "enum": list(OUTCOMES)},
                        "date": json_schema.RECORD_DATE,
                        "time": json_schema.TIME,
                        "errors": list_of(reference("ProblemFault")),
                    },
                    required=("outcome",),
                )
            ),
        },
    ),
}


def with_components(result: Any, **_: Any) -> Any:
    """The hook that adds the components which are not derived from serializers."""
    parts = result.setdefault("components", {})
    derived, ours = parts.get("schemas", {}), MESSAGES | problems.SCHEMAS
    for name in derived.keys() & ours.keys():
        warn(f"two schemas have the name {name}")
    parts["schemas"] = dict(sorted((derived | ours).items()))
    parts["headers"] = HEADERS
    return result
