"""What each request gets: an id and a line in the log, and an answer when AWS has none."""

from collections.abc import Callable
from time import monotonic
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from structlog.contextvars import bind_contextvars, clear_contextvars

from common.errors import ServiceError
from common.tracing import request_id, spans
from project.http.error_views import is_api, unavailable

log = structlog.get_logger(__name__)

_PAGE_METHODS = ("GET", "HEAD", "POST")


class RequestId:
    """Binds ``request_id`` to all that is logged, answers it as ``X-Request-ID``, and logs one
    line a request: no query, no header and no body is in it.

    The id is that of the request's own ``X-Request-ID`` when that has nothing odd in it. It stays
    bound until the thread's next request, so that it is also in the lines of a streamed answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = request_id.harmless(request.headers.get("X-Request-ID")) or str(uuid4())
        clear_contextvars()
        bind_contextvars(**{request_id.NAME: own})
        begun = monotonic()
        parent, about = request.headers.get(spans.HEADER, ""), {"sluice.request_id": own}
        with spans.span(str(request.method), "server", parent, **about) as span:
            response = self._get_response(request)
            _tell(span, request, response.status_code)
        response["X-Request-ID"] = own
        if not request.path.startswith(settings.STATIC_URL):
            _log_line(request, response.status_code, monotonic() - begun)
        return response


def _tell(span: spans.Span, request: HttpRequest, status: int) -> None:
    """The pattern of the address, which has no key in it."""
    route = request.resolver_match.route if request.resolver_match else ""
    pattern = f"/{route.removesuffix('$')}"
    about: dict[str, str | int] = {"http.route": pattern, "http.response.status_code": status}
    span.tell(f"{request.method} {pattern}", is_failed=status >= 500, **about)


def _log_line(request: HttpRequest, status: int, seconds: float) -> None:
    write = log.error if status >= 500 else log.info
    write(
        "request",
        method=request.method,
        path=request.path,
        status=status,
        user_id=_user_id(request),
        milliseconds=round(1000 * seconds),
    )


def _user_id(request: HttpRequest) -> int | None:
    """The user, when the request has asked who it is: a line in the log is no reason to read the
    session. API views set the user themselves."""
    is_known = hasattr(request, "_cached_user") or hasattr(request, "auth")
    return request.user.pk if is_known else None


class PageMethods:
    """Pages are read and posted to. Those that Django and the admin bring would take any other
    method for reading."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _PAGE_METHODS or is_api(request):
            return self._get_response(request)
        return HttpResponseNotAllowed(_PAGE_METHODS)


class ServiceErrorPage:
    """Answers 503 where a page failed with ServiceError; API views answer for themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ServiceError):
            return None
        log.error("page not served", path=request.path, code=error.code, error=str(error))
        return unavailable(request)
