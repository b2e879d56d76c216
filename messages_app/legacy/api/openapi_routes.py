"""What the OpenAPI document tells of the ancestor's contract beyond what its views show."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from common.rest.json_schema import DATE, TIME
from common.rest.openapi_problems import DocumentedResponse
from messages_app.legacy.api import keys, openapi_bodies


def _route(code: int, response: str | None, sent: str | None = None, **more: Any) -> Any:
    """A route whose answer and body are of these components."""
    responses = {code: DocumentedResponse(response), 400: DocumentedResponse("AncestorError")}
    return extend_schema(request=sent, responses=responses, **more)


_KEY = [
    OpenApiParameter("date", DATE, "path", description="The UTC date."),
    OpenApiParameter(
        "time",
        TIME,
        required=True,
        description="The UTC time. One to the second also finds the records whose time continues"
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
    get=_route(200, "AncestorPage", operation_id="ancestor_scan", parameters=_PAGE),
    post=_route(201, "AncestorDone", "AncestorNewRecordRequest"),
)
message = extend_schema_view(
    get=_route(200, "AncestorRecord", parameters=_KEY),
    put=_route(204, None, "AncestorChangeRequest", parameters=_KEY),
    delete=_route(200, "AncestorDone", parameters=_KEY),
)
