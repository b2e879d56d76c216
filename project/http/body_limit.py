"""Refuses bodies that are too large before they are read, and leaves unread ones unread."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.rest.problems import plain_problem
from project.http.error_views import is_api


class BodyLimit:
    """Answers 413 to a body of more than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes.

    Django holds form fields to that size; the readers of other bodies, such as JSON, take all there
    is. Files come as multipart forms: they are not kept in memory, and have a limit of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and _is_unread(request):
            # Otherwise the server would read all of a refused upload for the next request's sake.
            response["Connection"] = "close"
        return response

    def _response(self, request: HttpRequest) -> HttpResponse:
        maximum: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type == "multipart/form-data" or _length(request) <= maximum:
            return self._get_response(request)
        if is_api(request):
            return plain_problem(413, "too_large", f"A body can have at most {maximum:,} bytes.")
        return render(request, "project/errors/413.html", {"most": maximum}, status=413)


def _is_unread(request: HttpRequest) -> bool:
    has_body = _length(request) or request.META.get("HTTP_TRANSFER_ENCODING")
    return bool(has_body) and not request._read_started  # type: ignore[attr-defined]  # noqa: SLF001 - Django has no other name for it


def _length(request: HttpRequest) -> int:
    """The announced length. A body without one, or with a senseless one, Django takes as empty."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    return int(announced) if announced.isascii() and announced.isdigit() else 0
