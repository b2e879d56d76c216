"""The id of the request by which something came about: in all lines of the log that belong to it,
of the web, of the listener and of workers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars, get_contextvars

NAME = "request_id"
MAX_LENGTH = 128
_HARMLESS = re.compile(rf"[A-Za-z0-9._:=+/-]{{1,{MAX_LENGTH}}}")


def harmless(data: object) -> str:
    """``data`` when it can be an id and has nothing odd in it, else an empty string."""
    return data if isinstance(data, str) and _HARMLESS.fullmatch(data) else ""


def current() -> str:
    """The id of the request that is at work; empty where none is known."""
    return harmless(get_contextvars().get(NAME))


@contextmanager
def bound(request_id: str) -> Iterator[None]:
    """Put an id into the lines that are logged meanwhile, when there is one."""
    with bound_contextvars(**({NAME: request_id} if request_id else {})):
        yield
