"""The JSON Schema of a kind's records, of the draft 2020-12.

https://json-schema.org/draft/2020-12
"""

from typing import Any

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.api.openapi.components import ORIGIN_SCHEMA
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.record_json import KEY, ORIGIN
from messages_app.schema.extra_columns import EXTRA_COLUMNS, JSON_SCHEMA
from messages_app.schema.schema import Field, Schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def schema_of_records(kind: RecordKind, address: str) -> JSONSchema:
    """What a record looks like in answers; ``address`` is that of the schema itself."""
    schema = kind.schema
    changes = {field.name: _sent(field) for field in schema.changeable}
    time = json_schema.RECORD_TIME if schema.identity else json_schema.TIME
    return {
        "$schema": _DIALECT,
        "$id": address,
        "title": kind.label,
        "description": f"A record of the kind {kind.name}, as of its version {kind.version}."
        " Its key is date and time, both UTC.",
        **_object(
            {
                "date": json_schema.RECORD_DATE,
                "time": time,
                **{field.name: field.answered_schema for field in schema.fields},
                ORIGIN: {**ORIGIN_SCHEMA, "nullable": True},
                EXTRA_COLUMNS: JSON_SCHEMA,
            },
            [*KEY, *schema.required_names, ORIGIN],
        ),
        "$defs": {
            "new": _new(schema),
            "changes": _object(changes, []),
        },
    }


def _new(schema: Schema) -> JSONSchema:
    key = {"date": json_schema.RECORD_DATE, "time": json_schema.TIME}
    fields = {field.name: _sent(field) for field in schema.fields}
    required = [name for name in schema.required_names if name != schema.time_field]
    return {
        **_object({**key, **fields, EXTRA_COLUMNS: JSON_SCHEMA}, required),
        "anyOf": [{"required": [schema.time_field]}, {"required": list(KEY)}],
    }


def _sent(field: Field) -> JSONSchema:
    return field.sent_schema if field.required else {**field.sent_schema, "nullable": True}


def _object(properties: dict[str, JSONSchema], required: list[str]) -> JSONSchema:
    return {
        "type": "object",
        "properties": {name: _converted(one) for name, one in properties.items()},
        "required": required,
        "additionalProperties": False,
    }


def _converted(node: Any) -> Any:
    """From the words of OpenAPI 3.0 to those of JSON Schema."""
    if isinstance(node, list):
        return [_converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _converted(one) for name, one in node.items() if name != "nullable"}
    if "example" in found:
        found["examples"] = [found.pop("example")]
    for exclusive, inclusive in _ENDS.items():
        if found.get(exclusive) is True:
            found[exclusive] = found.pop(inclusive)
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") else found
