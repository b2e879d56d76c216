"""What the OpenAPI document tells of the API of records beyond what its views show."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from common.rest import json_schema
from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema, reference
from common.rest.openapi_problems import ProblemDocument

_ADDRESS = "http://127.0.0.1:8000/api/messages/2019-05-28/10:55:09.385333/"
_ETAG = '"a3f0c2b94d5e4f60a1b2c3d4e5f60718"'

_KEY_TAKEN = ProblemDocument(
    "KeyTaken",
    409,
    "conflict",
    "A different record has this date and time.",
    {"existing": _ADDRESS},
    {"Location": problems.header("The address of the record that has the key.", _ADDRESS)},
)
_CHANGED_SINCE = ProblemDocument(
    "ChangedSince", 412, "precondition_failed", "The record is not the one that `If-Match` names."
)


def _header(name: str, description: str, *codes: int, **schema: Any) -> OpenApiParameter:
    """Of the answers with these codes or, without any, of the request."""
    return OpenApiParameter(
        name,
        schema or {"type": "string", "example": _ETAG},
        OpenApiParameter.HEADER,
        required=bool(codes),
        description=description,
        response=list(codes) or False,
    )


def _etag(*codes: int) -> OpenApiParameter:
    return _header("ETag", "Changes with the record.", *codes)


def _key(time: JSONSchema, description: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("date", json_schema.DATE, "path", description="The UTC date."),
        OpenApiParameter("time", time, "path", description=description),
    ]


def _one(code: int = 200, description: str = "The record.") -> dict[Any, OpenApiResponse]:
    return {code: OpenApiResponse(reference("Message"), description)}


def _sent(name: str) -> JSONSchema:
    return {"application/json": reference(name)}


_TO_READ = _key(
    json_schema.TIME_IN_ADDRESS,
    "The UTC time, or any beginning of it: `10:55` finds the record whose time begins so.",
)
_TO_CHANGE = [
    *_key(
        json_schema.TIME_TO_THE_SECOND,
        "The UTC time, at least to the second: `10:55:09` finds the record whose time begins so.",
    ),
    _header(
        "If-Match",
        "The record's `ETag` as it was read: the change is made only while the record is the same."
        " `*` stands for any.",
        **json_schema.IF_MATCH,
    ),
]
_SEVERAL = "The time is the beginning of several records' times."
_ON_A_RECORD: dict[Any, Any] = {
    300: OpenApiResponse(reference("MessageChoice"), _SEVERAL),
    400: problems.INVALID,
    404: problems.NOT_FOUND,
}
_ON_A_CHANGE = {**_ON_A_RECORD, 412: _CHANGED_SINCE}


def _file(media_type: str, example: str) -> dict[Any, OpenApiResponse]:
    examples = [OpenApiExample("One record", example, media_type=media_type)]
    return {(200, media_type): OpenApiResponse(OpenApiTypes.STR, "The file.", examples)}


records = extend_schema_view(
    list=extend_schema(
        responses={
            200: OpenApiResponse(reference("MessagePage"), "A page of records."),
            404: problems.BAD_CURSOR,
        }
    ),
    create=extend_schema(
        parameters=[
            _header(
                "Location", "The address of the record.", 200, 201, type="string", example=_ADDRESS
            ),
            _etag(200, 201),
        ],
        request=_sent("NewMessage"),
        responses={
            **_one(200, "An equal record was there."),
            **_one(201, "The new record."),
            409: _KEY_TAKEN,
        },
    ),
    batch=extend_schema(
        request=_sent("MessageBatch"),
        responses={
            200: OpenApiResponse(reference("MessageBatchAnswer"), "What became of each record.")
        },
    ),
    export=extend_schema(
        parameters=[
            OpenApiParameter("format", enum=["csv", "jsonl"], description="Instead of `Accept`."),
            _header(
                "Content-Disposition",
                "The name of the file.",
                200,
                type="string",
                example='attachment; filename="messages-2019-05-28.csv"',
            ),
        ],
        responses={
            **_file("text/csv", "date,time,…\r\n2019-05-28,10:55:09.385333,…\r\n"),
            **_file("application/x-ndjson", '{"date": "2019-05-28", …}\n'),
        },
    ),
    retrieve=extend_schema(
        parameters=[
            *_TO_READ,
            _header("If-None-Match", "An `ETag`: while the record has it, the answer is 304."),
            _etag(200, 304),
        ],
        responses={
            **_one(),
            304: OpenApiResponse(None, "The client has this record already."),
            **_ON_A_RECORD,
        },
    ),
    update=extend_schema(
        parameters=[*_TO_CHANGE, _etag(200)],
        request=_sent("MessageReplacement"),
        responses={**_one(), **_ON_A_CHANGE},
    ),
    partial_update=extend_schema(
        parameters=[*_TO_CHANGE, _etag(200)],
        request=_sent("MessageChanges"),
        responses={**_one(), **_ON_A_CHANGE},
    ),
    destroy=extend_schema(
        parameters=_TO_CHANGE,
        responses={204: OpenApiResponse(None, "It is deleted."), **_ON_A_CHANGE},
    ),
)
