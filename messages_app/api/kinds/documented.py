"""What the OpenAPI document tells of the API of kinds beyond what its views show."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of, reference
from common.rest.openapi_problems import DocumentedResponse, ProblemDocument
from common.rest.strict import Strict, WholeNumber
from messages_app.schema import definition
from messages_app.schema.types import TYPES
from messages_app.store.expiring.moments import MAX_DAYS
from messages_app.store.partitions.partitioning import MOST_PARTITIONS
from silence.waits import MAX_MINUTES

_NAME: JSONSchema = {**json_schema.KIND_NAME, "example": "climate"}
_FIELD_NAME: JSONSchema = {"type": "string", "pattern": f"^{definition.NAME}$"}
_FIELDS = [
    {"name": "at", "type": "timestamp"},
    {"name": "sensor", "type": "text", "rules": {"max_length": 40}},
    {"name": "temperature", "type": "number", "unit": "°C", "rules": {"min": -90, "max": 60}},
    {"name": "battery", "type": "integer", "unit": "%", "required": False},
]
_EXAMPLE = {
    "name": "climate",
    "label": "Climate",
    "fields": _FIELDS,
    "time_field": "at",
    "identity": ["sensor"],
}
_REFUSED = ProblemDocument(
    "KindRefused",
    409,
    "kind_refused",
    "The kind's records do not allow the change, or somebody else changed the kind first. "
    "`detail` says which.",
)
_ONE: dict[Any, Any] = {200: DocumentedResponse("Kind")}
_PATH = [OpenApiParameter("name", _NAME, "path", description="The kind's name.")]


class KindsQuery(Strict):
    """Which kinds a page of the list has."""

    default_error_messages: ClassVar = {"unknown": "is not a parameter of this query"}

    page_size = WholeNumber(1, 1000, default=100, help_text="Kinds on a page.")
    after = serializers.CharField(
        required=False, max_length=40, help_text="Kinds after this name. Follow `next`."
    )


def components() -> JSONSchema:
    """By name."""
    return {
        "Kind": object_of("A kind of record.", {**_members(), **_read_only()}),
        "KindField": object_of("A field of a kind.", _field(), ["name", "type"]),
        "NewKind": {
            **object_of("A kind to be made.", _members(), ["name", "fields", "time_field"]),
            "example": _EXAMPLE,
        },
        "KindChanges": {
            **object_of("What is to change of a kind.", {**_members(), **_read_only()}, ()),
            "example": {"label": "Indoor climate"},
        },
        "KindPage": object_of(
            "A page of kinds.",
            {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": list_of(reference("Kind")),
            },
        ),
        "RecordSchema": {"type": "object", "description": "A JSON Schema of the draft 2020-12."},
    }


def _members() -> JSONSchema:
    return {
        "name": {**_NAME, "description": "Its name in addresses. It cannot be changed."},
        "label": {"type": "string", "maxLength": definition.MAX_LABEL, "example": "Climate"},
        "fields": {
            **list_of(reference("KindField")),
            "minItems": 1,
            "maxItems": definition.MAX_FIELDS,
            "description": "In the order of files and pages.",
        },
        "time_field": {
            **_FIELD_NAME,
            "example": "at",
            "description": "The field of type timestamp that makes the records' date and time.",
        },
        "identity": {
            **list_of(_FIELD_NAME),
            "maxItems": definition.MAX_IDENTITY_FIELDS,
            "example": ["sensor"],
            "description": "Required text fields that tell records of one moment apart.",
        },
        "retention_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_DAYS,
            "nullable": True,
            "example": None,
            "description": "For how many days after their own UTC date records are kept; null:"
            " for ever.",
        },
        "partitions": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_PARTITIONS,
            "default": 1,
            "description": "How many partition keys of DynamoDB a UTC date has: one takes about"
            " 1,000 writes a second. Given when a kind is made; it cannot be changed here.",
        },
        "report_minutes": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_MINUTES,
            "nullable": True,
            "example": None,
            "description": "How often each device should send records, in minutes; it is overdue"
            " after one and a half times as long. null: Sluice learns it.",
        },
        "device_field": {
            "type": "string",
            "nullable": True,
            "example": None,
            "description": "The text field that names the device, of a kind without identity; null:"
            " no devices are followed.",
        },
    }


def _read_only() -> JSONSchema:
    return {
        "version": {
            "type": "integer",
            "minimum": 1,
            "description": "Each change makes the next one.",
        },
        "is_builtin": {"type": "boolean", "description": "Whether it comes with Sluice."},
    }


def _field() -> JSONSchema:
    return {
        "name": {**_FIELD_NAME, "example": "temperature"},
        "type": {"type": "string", "enum": list(TYPES), "example": "number"},
        "label": {"type": "string", "maxLength": definition.MAX_LABEL, "example": "Temperature"},
        "unit": {"type": "string", "maxLength": definition.MAX_UNIT, "example": "°C"},
        "required": {"type": "boolean", "description": "Whether every record has a value."},
        "rules": {
            "type": "object",
            "description": "Of numbers and integers `min` and `max`, of text `max_length`,"
            " `pattern` and `choices`.",
            "example": {"min": -90, "max": 60},
        },
    }


kinds = extend_schema_view(
    list=extend_schema(responses={200: DocumentedResponse("KindPage")}),
    create=extend_schema(
        request="NewKind", responses={201: DocumentedResponse("Kind", "Location"), 409: _REFUSED}
    ),
    retrieve=extend_schema(parameters=_PATH, responses=_ONE),
    partial_update=extend_schema(
        parameters=_PATH, request="KindChanges", responses={**_ONE, 409: _REFUSED}
    ),
    destroy=extend_schema(
        parameters=_PATH, responses={204: DocumentedResponse(None), 409: _REFUSED}
    ),
)
record_schema = extend_schema(parameters=_PATH, responses={200: DocumentedResponse("RecordSchema")})
