"""What the OpenAPI document tells of the API of records beyond what its views show."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from common.rest import json_schema
from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema
from common.rest.openapi_problems import DocumentedResponse, ProblemDocument
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
OF_KIND = OpenApiParameter(
    "kind", json_schema.KIND_NAME, "path", description="The name of the records' kind."
)


def _key(time: JSONSchema, description: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("date", json_schema.DATE, "path", description="The UTC date."),
        OpenApiParameter("time", time, "path", description=description),
    ]


def _any_time(parameters: list[OpenApiParameter], time: JSONSchema) -> list[OpenApiParameter]:
    """The same, of records whose time may have an identity behind it."""
    description = (
        "The UTC time, with the identity after it where the kind has one; or a beginning of it."
    )
    any_time = OpenApiParameter("time", time, "path", description=description)
    return [any_time if one.name == "time" else one for one in parameters]


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
_TO_READ_ANY = [OF_KIND, *_any_time(_TO_READ, json_schema.RECORD_TIME_IN_ADDRESS)]
_TO_CHANGE_ANY = [OF_KIND, *_any_time(_TO_CHANGE, json_schema.RECORD_TIME_TO_THE_SECOND)]
_FILE = DocumentedResponse(OpenApiTypes.STR, "Content-Disposition")
_BINARY = DocumentedResponse(OpenApiTypes.BINARY, "Content-Disposition")
_FORMAT = OpenApiParameter(
    "format", enum=["csv", "jsonl", "parquet"], description="Instead of `Accept`."
)


def _documented(
    noun: str,
    to_read: list[OpenApiParameter],
    to_change: list[OpenApiParameter],
    of_all: list[OpenApiParameter],
    batch: type[BatchSerializer] | str,
) -> Any:
    """Of a view whose components have names with this noun."""
    made = DocumentedResponse(noun, "ETag", "Location")
    on_a_record: dict[Any, Any] = {
        200: DocumentedResponse(noun, "ETag"),
        300: DocumentedResponse(f"{noun}Choice"),
        400: problems.INVALID,
        404: problems.NOT_FOUND,
    }
    on_a_change = {**on_a_record, 412: _CHANGED_SINCE}
    on_a_deletion = {204 if code == 200 else code: one for code, one in on_a_change.items()}
    return extend_schema_view(
        list=extend_schema(
            parameters=of_all,
            responses={200: DocumentedResponse(f"{noun}Page"), 404: problems.BAD_CURSOR},
        ),
        create=extend_schema(
            parameters=of_all,
            request=f"New{noun}",
            responses={200: made, 201: made, 409: _KEY_TAKEN},
        ),
        batch=extend_schema(
            parameters=of_all,
            request=batch,
            responses={200: DocumentedResponse(BatchAnswerSerializer)},
        ),
        export=extend_schema(
            parameters=[*of_all, _FORMAT],
            responses={
                (200, "text/csv"): _FILE,
                (200, "application/x-ndjson"): _FILE,
                (200, "application/vnd.apache.parquet"): _BINARY,
            },
        ),
        retrieve=extend_schema(
            parameters=to_read, responses={**on_a_record, 304: DocumentedResponse(None, "ETag")}
        ),
        update=extend_schema(
            parameters=to_change, request=f"{noun}Replacement", responses=on_a_change
        ),
        partial_update=extend_schema(
            parameters=to_change, request=f"{noun}Changes", responses=on_a_change
        ),
        destroy=extend_schema(
            parameters=to_change, responses={**on_a_deletion, 204: DocumentedResponse(None)}
        ),
    )


messages = _documented("Message", _TO_READ, _TO_CHANGE, [], BatchSerializer)
records = _documented("Record", _TO_READ_ANY, _TO_CHANGE_ANY, [OF_KIND], "RecordBatch")
