"""Responses of the OpenAPI document, and among them the errors, whose bodies are those of
problems.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from common.rest.json_schema import JSONSchema, reference
from common.rest.problems import MEDIA_TYPE, RETRY_AFTER

_ID = "4cd1ac4e-6c93-4d4c-9a0e-0f6f7d4b9c55"
_FAULT = {"field": "page_size", "code": "out_of_range", "detail": "must be a number from 1 to 1000"}


def _header(description: str, example: Any, type_: str = "string") -> JSONSchema:
    schema = {"type": type_, "example": example}
    return {"description": description, "required": True, "schema": schema}


HEADERS = {
    "X-Request-ID": _header(
        "The X-Request-ID of the request, or a new one. The log names it with the request.", _ID
    ),
    "ETag": _header("Changes with the record.", '"a3f0c2b94d5e4f60a1b2c3d4e5f60718"'),
    "Location": _header("The address of what was made or found.", "http://127.0.0.1:8000/api/"),
    "Content-Disposition": _header("The name of the file.", "attachment; filename=messages.csv"),
    "WWW-Authenticate": _header("How to authenticate.", "Token"),
    "As-Of": _header("The records are as they were then.", "2019-05-28T10:55:09.385333Z"),
    "Complete": _header("`false` while records of some days are missing, or older ones.", "true"),
    "Retry-After": _header("Seconds to wait before the next try.", int(RETRY_AFTER), "integer"),
}


class DocumentedResponse:
    """A response, with the names of its headers: ``body`` is a serializer, the name of one of the
    view's components, or None."""

    def __init__(self, body: Any, *headers: str) -> None:
        self.body = body
        self.headers = headers


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
    headers: tuple[str, ...] = ()

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
        return {
            "description": self.description,
            "content": {MEDIA_TYPE: body},
            "headers": references(*self.headers),
        }


def references(*headers: str) -> JSONSchema:
    """The headers of a response: these, and those of all."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*headers, "X-Request-ID")}


INVALID = ProblemDocument(
    "Invalid",
    400,
    "invalid",
    "The request is not valid and nothing was changed. The list `errors` names each fault.",
    {"errors": [_FAULT]},
)
NOT_AUTHENTICATED = ProblemDocument(
    "NotAuthenticated",
    401,
    "not_authenticated",
    "There is no token and no login, or the token is not valid or has expired.",
    headers=("WWW-Authenticate",),
)
PERMISSION_DENIED = ProblemDocument(
    "PermissionDenied",
    403,
    "permission_denied",
    "The user lacks a permission; or it is a session without its CSRF token.",
)
NOT_FOUND = ProblemDocument("NotFound", 404, "not_found", "There is nothing at this address.")
BAD_CURSOR = ProblemDocument(
    "BadCursor", 404, "bad_cursor", "The cursor was changed, or belongs to another query."
)
NOT_ACCEPTABLE = ProblemDocument(
    "NotAcceptable", 406, "not_acceptable", "None of the formats in `Accept` is available."
)
TOO_LARGE = ProblemDocument("TooLarge", 413, "too_large", "The body is too large.")
ADDRESS_TOO_LONG = ProblemDocument(
    "AddressTooLong", 414, "address_too_long", "The address is longer than the web server reads."
)
UNSUPPORTED_MEDIA_TYPE = ProblemDocument(
    "UnsupportedMediaType", 415, "unsupported_media_type", "Bodies of this type are not accepted."
)
THROTTLED = ProblemDocument(
    "Throttled", 429, "throttled", "Too many requests in this minute.", headers=("Retry-After",)
)
UNAVAILABLE = ProblemDocument(
    "Unavailable",
    503,
    "service_unavailable",
    "The storage does not answer. The same request can succeed later.",
    {"service_code": "EndpointConnectionError"},
    ("Retry-After",),
)
