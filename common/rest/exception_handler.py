"""Which problem each exception of an API view is."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import exception_handler as drf_exception_handler

from common.errors import BadCursor, Conflict, Expired, NotFound, PreconditionFailed, ServiceError
from common.rest.problems import RETRY_AFTER, UNAVAILABLE, ProblemResponse, first_faults, problem

log = structlog.get_logger(__name__)

_OWN: dict[type[Exception], tuple[int, str]] = {
    BadCursor: (status.HTTP_404_NOT_FOUND, "bad_cursor"),
    NotFound: (status.HTTP_404_NOT_FOUND, "not_found"),
    Conflict: (status.HTTP_409_CONFLICT, "conflict"),
    Expired: (status.HTTP_400_BAD_REQUEST, "expired"),
    PreconditionFailed: (status.HTTP_412_PRECONDITION_FAILED, "precondition_failed"),
}
_INVALID = "The request is not valid. The list errors names each fault."


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST Framework's handler, with problem details; it knows the repository's errors too.

    None for what nobody expected: it becomes a 500 (project/http/error_views.py) and is in the log.
    """
    if isinstance(error, ServiceError):
        return _service_problem(error)
    for kind, (code, name) in _OWN.items():
        if isinstance(error, kind):
            return _own_problem(error, code, name, context)
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    headers = dict(response.items())
    return ProblemResponse(_problem_of(_as_api_error(error)), response.status_code, headers=headers)


def _service_problem(error: ServiceError) -> Response:
    log.error("request not served", code=error.code, error=str(error))
    code = status.HTTP_503_SERVICE_UNAVAILABLE
    body = problem(code, "service_unavailable", UNAVAILABLE, service_code=error.code)
    return ProblemResponse(body, code, headers={"Retry-After": RETRY_AFTER})


def _own_problem(error: Exception, code: int, name: str, context: dict[str, Any]) -> Response:
    """A view of records tells their ``address``; those of others are messages."""
    sentence = _sentence(str(error))
    key: tuple[str, str] | None = getattr(error, "existing", None)
    if key is None:
        return ProblemResponse(problem(code, name, sentence), code)
    address = getattr(context["view"], "address", None)
    url = address("", *key) if address else reverse("api-message", key, request=context["request"])
    body = problem(code, name, sentence, existing=url)
    return ProblemResponse(body, code, headers={"Location": url})


def _sentence(text: str) -> str:
    """Errors are written so that they can also follow a colon."""
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _as_api_error(error: Exception) -> exceptions.APIException:
    """What Django REST Framework's handler takes Django's own exceptions for."""
    if isinstance(error, Http404):
        return exceptions.NotFound(*error.args)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(*error.args)
    assert isinstance(error, exceptions.APIException)
    return error


def _problem_of(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        found = first_faults(error.detail)
        return problem(error.status_code, error.default_code, _INVALID, errors=found)
    detail = error.detail
    code = detail.code if isinstance(detail, exceptions.ErrorDetail) else error.default_code
    return problem(error.status_code, code or error.default_code, str(detail))
