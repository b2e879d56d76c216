"""What the OpenAPI document tells of the API of records beyond what its views show."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from common.rest import json_schema
from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema
from common.rest.openapi_problems import Answer, ProblemDocument
from messages_app.api.batch import BatchAnswerSerializer, BatchSerializer

_ADDRESS = "http://127.0.0.1:8000/api/messages/2019-05-28/10:55:09.385333/"
_KEY_TAKEN = ProblemDocument(
    "KeyTaken",
    409,
    "conflict",
    "A different record has this date and time.",
    {"existing": _ADDRESS},
    ("Location",),
)
_CHANGED_SINCE = ProblemDocument(
    "ChangedSince", 412, "precondition_failed", "The record is not the one that `If-Match` names."
)


def _key(time: JSONSchema, description: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("date", json_schema.DATE, "path", description="The UTC date."),
        OpenApiParameter("time", time, "path", description=description),
    ]


def _header(name: str, schema: JSONSchema, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, "header", description=description)


_TO_READ = [
    *_key(
        json_schema.TIME_IN_ADDRESS,
        "The UTC time, or any beginning of it: `10:55` finds the record whose time begins so.",
    ),
    _header(
        "If-None-Match",
        {"type": "string"},
        "An `ETag`: while the record has it, the answer is 304.",
    ),
]
_TO_CHANGE = [
    *_key(
        json_schema.TIME_TO_THE_SECOND,
        "The UTC time, at least to the second: `10:55:09` finds the record whose time begins so.",
    ),
    _header(
        "If-Match",
        json_schema.IF_MATCH,
        "The record's `ETag` as it was read: the change is made only while the record is the same."
        " `*` stands for any.",
    ),
]
_FILE = Answer(OpenApiTypes.STR, "Content-Disposition")
_MADE = Answer("Message", "ETag", "Location")
_ON_A_RECORD: dict[Any, Any] = {
    200: Answer("Message", "ETag"),
    300: Answer("MessageChoice"),
    400: problems.INVALID,
    404: problems.NOT_FOUND,
}
_ON_A_CHANGE = {**_ON_A_RECORD, 412: _CHANGED_SINCE}
_ON_A_DELETION = {204 if code == 200 else code: one for code, one in _ON_A_CHANGE.items()}

records = extend_schema_view(
    list=extend_schema(responses={200: Answer("MessagePage"), 404: problems.BAD_CURSOR}),
    create=extend_schema(request="NewMessage", responses={200: _MADE, 201: _MADE, 409: _KEY_TAKEN}),
    batch=extend_schema(request=BatchSerializer, responses={200: Answer(BatchAnswerSerializer)}),
    export=extend_schema(
        parameters=[
            OpenApiParameter("format", enum=["csv", "jsonl"], description="Instead of `Accept`.")
        ],
        responses={(200, "text/csv"): _FILE, (200, "application/x-ndjson"): _FILE},
    ),
    retrieve=extend_schema(
        parameters=_TO_READ, responses={**_ON_A_RECORD, 304: Answer(None, "ETag")}
    ),
    update=extend_schema(
        parameters=_TO_CHANGE, request="MessageReplacement", responses=_ON_A_CHANGE
    ),
    partial_update=extend_schema(
        parameters=_TO_CHANGE, request="MessageChanges", responses=_ON_A_CHANGE
    ),
    destroy=extend_schema(parameters=_TO_CHANGE, responses={**_ON_A_DELETION, 204: Answer(None)}),
)
