"""gunicorn's worker with threads, for what an application under it cannot do."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http.errors import LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
from structlog.contextvars import bind_contextvars, clear_contextvars

from common.rest.problems import MEDIA_TYPE, problem

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Worker(ThreadWorker):  # type: ignore[misc]
    """Closes a connection where the application's answer says so, and tells in problem details that
    an address is too long."""

    wsgi: Application

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi = closing(self.wsgi)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("An address was too long: %s", exc)
        util.write_nonblock(client, too_long())


def closing(application: Application) -> Application:
    """gunicorn leaves out an application's header Connection, as WSGI has it."""

    def run(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if ("Connection", "close") in headers:
                start_response.__self__.force_close()
            return start_response(status, headers, *error)

        return application(environ, start)

    return run


def too_long() -> bytes:
    """The whole answer to a request whose first line is too long to be read."""
    status = HTTPStatus.REQUEST_URI_TOO_LONG
    sentence = "The address is too long. Send fewer values, in several requests."
    clear_contextvars()
    bind_contextvars(request_id=str(uuid4()))
    body = problem(status, "address_too_long", sentence)
    content = json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(content)}",
        f"X-Request-ID: {body['request_id']}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content
