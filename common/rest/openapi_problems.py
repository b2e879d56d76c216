"""The error responses of the OpenAPI document; their bodies are those of problems.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from common.rest.json_schema import JSONSchema, list_of, object_of, reference
from common.rest.problems import MEDIA_TYPE, RETRY_AFTER

_REQUEST_ID = "4cd1ac4e-6c93-4d4c-9a0e-0f6f7d4b9c55"

SCHEMAS: JSONSchema = {
    "ProblemFault": object_of(
        "One thing that is wrong with what was sent.",
        {
            "field": {
                "type": "string",
                "nullable": True,
                "description": "A path such as `messages.2`; null for the body as a whole.",
            },
            "code": {"type": "string", "description": "For programs."},
            "detail": {"type": "string", "description": "For people: what to change."},
        },
    ),
    "Problem": object_of(
        "Why a request was not served (RFC 9457).",
        {
            "type": {"type": "string", "enum": ["about:blank"]},
            "title": {"type": "string", "description": "The status in words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "For people: what to change."},
            "code": {"type": "string", "description": "For programs."},
            "errors": list_of(reference("ProblemFault")),
            "existing": {
                "type": "string",
                "format": "uri",
                "description": "The address of the record that has the key.",
            },
            "service_code": {"type": "string", "description": "The code of AWS's error."},
            "request_id": {
                "type": "string",
                "description": "Under it the request is in the log. Also the header X-Request-ID.",
            },
        },
        required=("type", "title", "status", "detail", "code", "request_id"),
    ),
}


@dataclass(frozen=True)
class ProblemDocument:
    """One error response: ``name`` is the component's; the others are an example of its body.

    It stands in ``responses`` of ``extend_schema``, under its status.
    """

    name: str
    status: int
    description: str
    code: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, JSONSchema] = field(default_factory=dict)

    def as_response(self) -> JSONSchema:
        example = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.more,
            "request_id": _REQUEST_ID,
        }
        body = {"schema": reference("Problem"), "example": example}
        response = {"description": self.description, "content": {MEDIA_TYPE: body}}
        return {**response, "headers": dict(self.headers)} if self.headers else response


def header(description: str, example: Any, type_: str = "string") -> JSONSchema:
    """A header that is always there."""
    schema = {"type": type_, "example": example}
    return {"description": description, "required": True, "schema": schema}


_RETRY_AFTER = {
    "Retry-After": header("Try again after so many seconds.", int(RETRY_AFTER), "integer")
}

INVALID = ProblemDocument(
    "Invalid",
    400,
    "What was sent is not valid; nothing was changed.",
    "invalid",
    "What was sent is not valid. Each fault is told in the list errors.",
    {
        "errors": [
            {
                "field": "page_size",
                "code": "out_of_range",
                "detail": "must be a number from 1 to 1000",
            }
        ]
    },
)
NOT_AUTHENTICATED = ProblemDocument(
    "NotAuthenticated",
    401,
    "There is no token and no login, or the token is wrong or has expired.",
    "not_authenticated",
    "Authentication credentials were not provided.",
    headers={"WWW-Authenticate": header("How to authenticate.", "Token")},
)
PERMISSION_DENIED = ProblemDocument(
    "PermissionDenied",
    403,
    "The user lacks a permission; or it is a session without its CSRF token.",
    "permission_denied",
    "You do not have permission to perform this action.",
)
NOT_FOUND = ProblemDocument(
    "NotFound", 404, "There is nothing at this address.", "not_found", "Not found."
)
BAD_CURSOR = ProblemDocument(
    "BadCursor",
    404,
    "The cursor was altered, or belongs to another query.",
    "bad_cursor",
    "The cursor belongs to a query with other parameters.",
)
NOT_ACCEPTABLE = ProblemDocument(
    "NotAcceptable",
    406,
    "None of the formats that `Accept` names can be had.",
    "not_acceptable",
    "Could not satisfy the request Accept header.",
)
TOO_LARGE = ProblemDocument(
    "TooLarge",
    413,
    "The body is too large.",
    "too_large",
    "A body has at most 2,621,440 bytes here.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemDocument(
    "UnsupportedMediaType",
    415,
    "The body is of another type than those that are read here.",
    "unsupported_media_type",
    'Unsupported media type "text/plain" in request.',
)
THROTTLED = ProblemDocument(
    "Throttled",
    429,
    "Too many requests in this minute.",
    "throttled",
    "Request was throttled. Expected available in 10 seconds.",
    headers=_RETRY_AFTER,
)
UNAVAILABLE = ProblemDocument(
    "Unavailable",
    503,
    "The storage does not answer; the same request can succeed later.",
    "service_unavailable",
    "The storage does not answer at the moment; try again.",
    {"service_code": "EndpointConnectionError"},
    headers=_RETRY_AFTER,
)
# The web server's own answer, before there is a request to speak of.
ADDRESS_TOO_LONG: JSONSchema = {"description": "The address is longer than the web server reads."}
