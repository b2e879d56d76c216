"""The error responses of the OpenAPI document; their bodies are those of problems.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from common.rest.json_schema import JSONSchema, list_of, object_of, reference
from common.rest.problems import MEDIA_TYPE, RETRY_AFTER

_FOR_PROGRAMS = {"type": "string", "description": "For programs."}
_FOR_PEOPLE = {"type": "string", "description": "For people: what to change."}
SCHEMAS: JSONSchema = {
    "ProblemFault": object_of(
        "One thing that is wrong with what was sent.",
        {
            "field": {
                "type": "string",
                "nullable": True,
                "description": "A path such as `messages.2`; null for the body as a whole.",
            },
            "code": _FOR_PROGRAMS,
            "detail": _FOR_PEOPLE,
        },
    ),
    "Problem": object_of(
        "Why a request was not served (RFC 9457).",
        {
            "type": {"type": "string", "pattern": "^about:blank$"},
            "title": {"type": "string", "description": "The status in words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _FOR_PEOPLE,
            "code": _FOR_PROGRAMS,
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
    """One error response: ``name`` is the component's, ``more`` are further members of the example
    of its body. It stands in ``responses`` of ``extend_schema``, under its status.
    """

    name: str
    status: int
    code: str
    description: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, JSONSchema] = field(default_factory=dict)

    def as_response(self) -> JSONSchema:
        example = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.description,
            "code": self.code,
            **self.more,
            "request_id": _ID,
        }
        body = {"schema": reference("Problem"), "example": example}
        response = {"description": self.description, "content": {MEDIA_TYPE: body}}
        return {**response, "headers": dict(self.headers)} if self.headers else response


def header(description: str, example: Any, type_: str = "string") -> JSONSchema:
    """A header that is always there."""
    schema = {"type": type_, "example": example}
    return {"description": description, "required": True, "schema": schema}


_ID = "4cd1ac4e-6c93-4d4c-9a0e-0f6f7d4b9c55"
REQUEST_ID = header(
    "The request's own X-Request-ID, or a new one: under it the request is in the log.", _ID
)
_RETRY = {"Retry-After": header("Try again after so many seconds.", int(RETRY_AFTER), "integer")}
_FAULT = {"field": "page_size", "code": "out_of_range", "detail": "must be a number from 1 to 1000"}

INVALID = ProblemDocument(
    "Invalid",
    400,
    "invalid",
    "What was sent is not valid; nothing was changed. The list errors tells each fault.",
    {"errors": [_FAULT]},
)
NOT_AUTHENTICATED = ProblemDocument(
    "NotAuthenticated",
    401,
    "not_authenticated",
    "There is no token and no login, or the token is wrong or has expired.",
    headers={"WWW-Authenticate": header("How to authenticate.", "Token")},
)
PERMISSION_DENIED = ProblemDocument(
    "PermissionDenied",
    403,
    "permission_denied",
    "The user lacks a permission; or it is a session without its CSRF token.",
)
NOT_FOUND = ProblemDocument("NotFound", 404, "not_found", "There is nothing at this address.")
BAD_CURSOR = ProblemDocument(
    "BadCursor", 404, "bad_cursor", "The cursor was altered, or belongs to another query."
)
NOT_ACCEPTABLE = ProblemDocument(
    "NotAcceptable", 406, "not_acceptable", "None of the formats in `Accept` can be had."
)
TOO_LARGE = ProblemDocument("TooLarge", 413, "too_large", "The body is too large.")
ADDRESS_TOO_LONG = ProblemDocument(
    "AddressTooLong", 414, "address_too_long", "The address is longer than the web server reads."
)
UNSUPPORTED_MEDIA_TYPE = ProblemDocument(
    "UnsupportedMediaType",
    415,
    "unsupported_media_type",
    "The body is of another type than those that are read here.",
)
THROTTLED = ProblemDocument(
    "Throttled", 429, "throttled", "Too many requests in this minute.", headers=_RETRY
)
UNAVAILABLE = ProblemDocument(
    "Unavailable",
    503,
    "service_unavailable",
    "The storage does not answer; the same request can succeed later.",
    {"service_code": "EndpointConnectionError"},
    _RETRY,
)
