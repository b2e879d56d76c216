"""What the OpenAPI document tells of the messages API beyond what the views show by themselves."""

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
from messages_app.api.openapi import examples, query_parameters
from messages_app.schema.record import key_taken

_JSON = "application/json"
_CSV, _JSON_LINES = "text/csv", "application/x-ndjson"
_ADDRESS = f"http://127.0.0.1:8000/api/messages/{examples.DATE}/{examples.TIME}/"
_ETAG = '"a3f0c2b94d5e4f60a1b2c3d4e5f60718"'
_SEVERAL = "These records have times that begin so; give one of these times in full."

_KEY_TAKEN = ProblemDocument(
    "KeyTaken",
    409,
    "A different record has this date and time.",
    "conflict",
    f"{key_taken((examples.DATE, examples.TIME)).capitalize()}.",
    {"existing": _ADDRESS},
    {"Location": problems.header("The address of the record that has the key.", _ADDRESS)},
)
_CHANGED_SINCE = ProblemDocument(
    "ChangedSince",
    412,
    "The record is not the one that `If-Match` names.",
    "precondition_failed",
    f"The record {examples.DATE} {examples.TIME} is not the one that you read: read it again, and"
    " send its ETag in If-Match.",
)


def _header(name: str, description: str, *codes: int, **schema: Any) -> OpenApiParameter:
    """Of the answers with these codes or, without any, of the request."""
    return OpenApiParameter(
        name,
        {"type": "string", "example": _ETAG, **schema},
        OpenApiParameter.HEADER,
        required=bool(codes),
        description=description,
        response=list(codes) or False,
    )


def _key(time: JSONSchema, description: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            "date", json_schema.DATE, OpenApiParameter.PATH, description="The UTC date."
        ),
        OpenApiParameter("time", time, OpenApiParameter.PATH, description=description),
    ]


_TO_READ = _key(
    json_schema.TIME_IN_ADDRESS,
    "The UTC time, or any beginning of it: `10:55` finds the record whose time begins so.",
)
_TO_CHANGE = _key(
    json_schema.TIME_TO_THE_SECOND,
    "The UTC time, at least to the second: `10:55:09` finds the record whose time begins so.",
)
_IF_MATCH = _header(
    "If-Match",
    "The record's `ETag` as it was read: the change is made only while the record is the same. `*`"
    " stands for any.",
    **json_schema.IF_MATCH,
    example="*",
)


def _json(name: str, description: str = "", example: Any = None) -> OpenApiResponse:
    """A JSON answer of one of the components."""
    shown = [] if example is None else [OpenApiExample("A record", example)]
    return OpenApiResponse(reference(name), description, shown)


_ONE = _json("Message", "The record.", examples.ANSWER)
_CHOICE = OpenApiResponse(
    reference("MessageChoice"),
    "The time is the beginning of several records' times.",
    [OpenApiExample("Candidates", {"detail": _SEVERAL, "results": [examples.ANSWER]})],
)
_ON_A_RECORD: dict[Any, Any] = {
    (300, _JSON): _CHOICE,
    400: problems.INVALID,
    404: problems.NOT_FOUND,
}


def _route(operation_id: str, summary: str, description: str, **more: Any) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        tags=["messages"],
        **more,
    )


def _body(name: str, title: str, example: Any) -> dict[str, Any]:
    return {
        "request": {_JSON: reference(name)},
        "examples": [OpenApiExample(title, example, request_only=True)],
    }


messages = extend_schema_view(
    list=_route(
        "messages_list",
        "List records",
        "Records by date and time, page by page. Parameters can be combined, and an unknown one is"
        " an error. Follow `next` until it is null; records that are added or deleted meanwhile do"
        " not shift the pages.",
        parameters=query_parameters.LIST,
        responses={
            (200, _JSON): OpenApiResponse(
                reference("MessagePage"),
                "A page of records.",
                [OpenApiExample("The last page", {"next": None, "results": [examples.ANSWER]})],
            ),
            404: problems.BAD_CURSOR,
        },
    ),
    create=_route(
        "messages_create",
        "Make a record",
        "Nothing is overwritten. Sent again, the same record is answered with 200.",
        parameters=[
            _header("Location", "The address of the record.", 200, 201, example=_ADDRESS),
            _header("ETag", "Changes with the record.", 200, 201),
        ],
        responses={
            (200, _JSON): _json("Message", "An equal record was there.", examples.ANSWER),
            (201, _JSON): _json("Message", "The new record.", examples.ANSWER),
            409: _KEY_TAKEN,
        },
        **_body("NewMessage", "A record", examples.NEW_MESSAGE),
    ),
    retrieve=_route(
        "messages_retrieve",
        "Read a record",
        "By its date and time, or the beginning of its time.",
        parameters=[
            *_TO_READ,
            _header("If-None-Match", "An `ETag`: while the record has it, the answer is 304."),
            _header("ETag", "Changes with the record.", 200, 304),
        ],
        responses={
            (200, _JSON): _ONE,
            304: OpenApiResponse(None, "The client has this record already."),
            **_ON_A_RECORD,
        },
    ),
    update=_route(
        "messages_update",
        "Replace a record's fields",
        "All fields but those of its key. Where it came from stays.",
        parameters=[*_TO_CHANGE, _IF_MATCH, _header("ETag", "Changes with the record.", 200)],
        responses={(200, _JSON): _ONE, **_ON_A_RECORD, 412: _CHANGED_SINCE},
        **_body("MessageReplacement", "All fields", examples.CHANGEABLE),
    ),
    partial_update=_route(
        "messages_partial_update",
        "Change some of a record's fields",
        "Those that are not sent stay.",
        parameters=[*_TO_CHANGE, _IF_MATCH, _header("ETag", "Changes with the record.", 200)],
        responses={(200, _JSON): _ONE, **_ON_A_RECORD, 412: _CHANGED_SINCE},
        **_body("MessageChanges", "One field", examples.ONE_CHANGE),
    ),
    destroy=_route(
        "messages_destroy",
        "Delete a record",
        "For good.",
        parameters=[*_TO_CHANGE, _IF_MATCH],
        responses={
            204: OpenApiResponse(None, "It is deleted."),
            **_ON_A_RECORD,
            412: _CHANGED_SINCE,
        },
    ),
)

batch = extend_schema_view(
    post=_route(
        "messages_batch",
        "Write many records",
        "Up to 1,000 records without a file. Each has an outcome of its own, and wrong ones stop no"
        " others. Sent again, the same batch changes nothing. To `replace` records takes the"
        " permission to change them.",
        responses={
            (200, _JSON): OpenApiResponse(
                reference("MessageBatchAnswer"),
                "What became of each record.",
                [OpenApiExample("One was written", examples.BATCH_ANSWER)],
            )
        },
        **_body(
            "MessageBatch",
            "One record",
            {"on_conflict": "keep", "messages": [examples.NEW_MESSAGE]},
        ),
    )
)

export = extend_schema_view(
    get=_route(
        "messages_export",
        "Export records",
        "Every record that the parameters match, as one file of any length: CSV that can be"
        " imported again (`?format=csv` or `Accept: text/csv`), or a JSON object a line"
        " (`?format=jsonl` or `Accept: application/x-ndjson`).",
        parameters=[
            *query_parameters.EXPORT,
            OpenApiParameter(
                "format", {"type": "string", "enum": ["csv", "jsonl"]}, description="The format."
            ),
            _header(
                "Content-Disposition",
                "The name of the file.",
                200,
                example=f'attachment; filename="messages-{examples.DATE}.csv"',
            ),
        ],
        responses={
            (200, _CSV): OpenApiResponse(
                OpenApiTypes.STR,
                "The file.",
                [OpenApiExample("One record", examples.CSV, media_type=_CSV)],
            ),
            (200, _JSON_LINES): OpenApiResponse(
                OpenApiTypes.STR,
                "The file.",
                [OpenApiExample("One record", examples.JSON_LINES, media_type=_JSON_LINES)],
            ),
        },
    )
)
