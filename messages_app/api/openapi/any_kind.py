"""Records of any kind in the OpenAPI document, which is the same whatever kinds there are."""

from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of
from messages_app.api.batch import MAX_MESSAGES
from messages_app.api.openapi.components import components
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.extra_columns import EXTRA_COLUMNS, JSON_SCHEMA
from messages_app.schema.schema import Schema
from messages_app.store.bulk_insert import ON_CONFLICT

# Stands for all: of its fields nothing is known.
ANY_KIND = RecordKind("", "Records", 1, Schema((), ""))

_VALUE: JSONSchema = {
    "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
    "description": "The value of a field; the kind's JSON Schema tells more.",
}
_SENT_VALUE: JSONSchema = {
    **_VALUE,
    "anyOf": [{**one, "nullable": True} for one in _VALUE["anyOf"]],
}
_EXAMPLE = {"at": 1559040909.3853335, "sensor": "sensor-1", "temperature": 21.5}
_KEY = {"date": "2019-05-28", "time": "10:55:09.385333#sensor-1"}


_BATCH = object_of(
    "Records of the kind to write; see the batch of messages, which has the same members.",
    {
        # No enum, which would be another one of the same name.
        "on_conflict": {"type": "string", "pattern": f"^(?:{'|'.join(ON_CONFLICT)})$"},
        "messages": {
            **list_of({"type": "object"}),
            "minItems": 1,
            "maxItems": MAX_MESSAGES,
            "example": [_EXAMPLE],
        },
    },
    ["messages"],
)


def any_components() -> JSONSchema:
    """By name."""
    named = {
        name.replace("Message", "Record"): _renamed(schema)
        for name, schema in components(ANY_KIND.schema).items()
    }
    record = {**named["Record"], "additionalProperties": _VALUE}
    record["properties"] = {**record["properties"], "time": json_schema.RECORD_TIME}
    answered = {**record, "example": {**_KEY, **_EXAMPLE, "origin": None}}
    return {
        "Record": answered,
        "RecordFields": {name: one for name, one in answered.items() if name != "required"},
        "RecordPage": named["RecordPage"],
        "RecordChoice": named["RecordChoice"],
        "NewRecord": _sent("A new record, by its time field, or by date and time.", _EXAMPLE),
        "RecordBatch": _BATCH,
        "RecordReplacement": _sent(
            "All fields of a record; what is left out has no value afterwards.",
            {"temperature": 21.5},
        ),
        "RecordChanges": _sent(
            "The fields to change; null takes a value away.", {"temperature": 21.5}
        ),
    }


def _sent(description: str, example: JSONSchema) -> JSONSchema:
    return {
        "type": "object",
        "description": f"{description} Its fields are those of the kind.",
        "properties": {EXTRA_COLUMNS: JSON_SCHEMA},
        "additionalProperties": _SENT_VALUE,
        "example": example,
    }


def _renamed(schema: JSONSchema) -> JSONSchema:
    """The same with references to components of this file."""
    return {name: _walk(one) for name, one in schema.items()}


def _walk(node: object) -> object:
    if isinstance(node, list):
        return [_walk(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: one.replace("Message", "Record") if name == "$ref" else _walk(one)
        for name, one in node.items()
    }
