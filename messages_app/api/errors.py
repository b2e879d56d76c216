"""How errors look to API clients: always ``{"detail": …}`` or a sentence per field."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from messages_app.errors import BadCursor, Conflict, NotFound, ServiceError

_STATUS: dict[type[Exception], int] = {
    BadCursor: status.HTTP_400_BAD_REQUEST,
    NotFound: status.HTTP_404_NOT_FOUND,
    Conflict: status.HTTP_409_CONFLICT,
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST Framework's handler, which also knows the repository's errors."""
    if isinstance(error, ServiceError):
        detail = "The storage does not answer at the moment; try again."
        return Response({"detail": detail, "code": error.code}, status.HTTP_503_SERVICE_UNAVAILABLE)
    for kind, code in _STATUS.items():
        if isinstance(error, kind):
            return Response({"detail": str(error)}, code)
    return drf_exception_handler(error, context)
