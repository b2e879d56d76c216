"""Writes to the database without which a request can be answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

# The disk is full, somebody holds the lock, or the database does not answer.
DATABASE_AWAY: tuple[type[Exception], ...] = (OperationalError, InterfaceError)
_WAIT_SECONDS = 0.5


@contextmanager
def optional_write(what: str, *errors: type[Exception]) -> Iterator[None]:
    """Leave out ``what`` when it cannot be written soon; the log tells of it. ``errors`` are those
    that a library makes of the database's own."""
    try:
        with short_wait():
            yield
    except (*DATABASE_AWAY, *errors) as error:
        log.warning("not written", what=what, error=str(error))


@contextmanager
def short_wait() -> Iterator[None]:
    """Do not wait long for SQLite's lock. Raises DATABASE_AWAY."""
    if connection.vendor != "sqlite":
        yield
        return
    options: Any = settings.DATABASES["default"]["OPTIONS"]
    _set_wait(_WAIT_SECONDS)
    try:
        yield
    finally:
        _set_wait(options["timeout"])


def _set_wait(seconds: float) -> None:
    """https://www.sqlite.org/pragma.html#pragma_busy_timeout"""
    connection.ensure_connection()
    connection.connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
