"""A page that says so when AWS does not answer."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from messages_app.errors import ServiceError
from messages_app.pages.render import render_page

log = structlog.get_logger(__name__)


class ServiceErrorPage:
    """Answers 503 to a page that failed with ServiceError; the API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ServiceError):
            return None
        log.error("page not served", path=request.path, code=error.code, error=str(error))
        answer = render_page(request, "503.html", {"title": "Not answering"}, 503)
        answer["Retry-After"] = "10"
        return answer
