"""What the OpenAPI document tells of the ancestor's contract beyond what its views show."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from common.rest.json_schema import DATE, TIME, reference
from messages_app.legacy_api import keys, openapi_bodies

_WRONG = OpenApiResponse(reference("AncestorError"), "What was sent is wrong; nothing was done.")


def _route(code: int, description: str, answer: str = "", sent: str = "", **more: Any) -> Any:
    """A route whose answer and body are of these components."""
    body = reference(answer) if answer else None
    return extend_schema(
        request={"application/json": reference(sent)} if sent else None,
        responses={code: OpenApiResponse(body, description), 400: _WRONG},
        **more,
    )


_KEY = [
    OpenApiParameter("date", DATE, OpenApiParameter.PATH, description="The UTC date."),
    OpenApiParameter(
        "time",
        TIME,
        required=True,
        description="The UTC time. One to the second also finds the records whose time goes on"
        " with a fraction or a digest.",
    ),
]
_PAGE = [
    OpenApiParameter(
        keys.START,
        openapi_bodies.START,
        description="The `LastEvaluatedKey` of the page before, as JSON.",
    ),
    OpenApiParameter(
        keys.LIMIT, openapi_bodies.LIMIT, description="How many records a page has at most."
    ),
]

messages = extend_schema_view(
    get=_route(
        200,
        "A page of records.",
        "AncestorPage",
        operation_id="ancestor_scan",
        parameters=_PAGE,
    ),
    post=_route(201, "It is done.", "AncestorDone", "AncestorNewRecordRequest"),
)
message = extend_schema_view(
    get=_route(200, "The record, or an empty object.", "AncestorRecord", parameters=_KEY),
    put=_route(204, "It is changed.", sent="AncestorChangeRequest", parameters=_KEY),
    delete=_route(200, "It is done.", "AncestorDone", parameters=_KEY),
)
