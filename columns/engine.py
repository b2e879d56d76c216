"""DuckDB, held within bounds: one folder, so much memory, so many threads, so many seconds.

It is imported when it is first needed: a process that never asks does not pay for it.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from columns.asking.answers import Answers
from columns.asking.locked import locked_connection
from common.errors import ServiceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


UNREADABLE = "The files of these days cannot be read at the moment"
NOT_NOW = f"{UNREADABLE}. Try again in a few minutes"
# Of this process.
answers = Answers(20_000)


class EngineError(Exception):
    """What was asked for cannot be done: a file cannot be read, or is gone."""


class TooLong(EngineError):
    """It took longer than it may."""


class TooMuchMemory(EngineError):
    """It took more memory than it may."""


@contextmanager
def readable() -> Iterator[None]:
    """Raises ServiceError where the files cannot be read."""
    try:
        yield
    except (EngineError, OSError) as error:
        raise ServiceError(UNREADABLE, type(error).__name__, permanent=False) from error


class Engine:
    """Statements for an open DuckDB. Methods raise EngineError, TooLong and TooLarge."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection
        self._source = ""

    def remember(self, source: str) -> None:
        """From now on answers are those of before, where there are any: ``source`` says of what,
        and it never changes."""
        self._source = source

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        with _errors():
            self._connection.execute(statement, list(values))

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of an answer, which are not to be changed."""
        asked = (self._source, statement, *values)
        found = answers.get(asked) if self._source else None
        if found is None:
            with _errors():
                found = self._connection.execute(statement, list(values)).fetchall()
            if self._source:
                answers.keep(asked, found)
        return found

    def some_rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of an answer that is too long to be held."""
        for some in self.batches(statement, values):
            yield from some

    def batches(
        self, statement: str, values: Sequence[Any] = (), size: int = 5_000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The same, so many at once."""
        with _errors():
            cursor = self._connection.execute(statement, list(values))
            while some := cursor.fetchmany(size):
                yield some


@contextmanager
def engine(folder: Path, seconds: float, threads: int = 0) -> Iterator[Engine]:
    """A DuckDB without tables that reads and writes files in one folder only; with as many
    ``threads`` as are set, unless it is told."""
    config = _config(folder)
    with _until(
        locked_connection({**config, "threads": threads or config["threads"]}), seconds
    ) as found:
        yield found


@contextmanager
def kept_engine(folder: Path, seconds: float) -> Iterator[Engine]:
    """The same, of which this process has one for all that is asked: to open one takes a fifth of
    the time of a question about a million records. Views are to be temporary, as others use it
    meanwhile; the memory is for all together."""
    with _until(_kept.connection(_config(folder)), seconds) as found:
        yield found


class _Kept:
    """What it remembers of files that are gone goes with it, after some uses."""

    _USES = 500

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = 0
        self._config: dict[str, Any] = {}
        self._uses = 0
        self._open: list[DuckDBPyConnection] = []

    def connection(self, config: dict[str, Any]) -> "DuckDBPyConnection":
        """Another connection to it."""
        with self._lock:
            if self._process != os.getpid():
                # That of the process this one was forked from has threads that are not here: it
                # can be neither used nor closed.
                self._process, self._uses = os.getpid(), 0
                self._open.append(locked_connection(config | _REMEMBERED))
            elif self._uses >= self._USES or self._config != config:
                self._open[-1], self._uses = locked_connection(config | _REMEMBERED), 0
            self._config = config
            self._uses += 1
            return self._open[-1].cursor()

    def forget(self) -> None:
        """It is broken: the next question has another one."""
        self._uses = self._USES


_kept = _Kept()
# What it read of a file's end, where it says what is in the file: files never change.
_REMEMBERED = {"parquet_metadata_cache": True}


def _config(folder: Path) -> dict[str, Any]:
    return {
        "threads": settings.COLUMNS_THREADS,
        "memory_limit": f"{settings.COLUMNS_MEMORY_MB}MB",
        "allowed_directories": [f"{folder}/"],
    }


@contextmanager
def _until(connection: "DuckDBPyConnection", seconds: float) -> Iterator[Engine]:
    timer = threading.Timer(max(0.01, seconds), connection.interrupt)
    timer.daemon = True
    try:
        timer.start()
        yield Engine(connection)
    finally:
        timer.cancel()
        connection.close()


def quoted(name: str) -> str:
    """A name in a statement; many are reserved words."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _errors() -> Iterator[None]:
    import duckdb  # noqa: PLC0415

    try:
        yield
    except duckdb.InterruptException as error:
        raise TooLong("it takes too long") from error
    except duckdb.OutOfMemoryException as error:
        raise TooMuchMemory("it takes too much memory") from error
    except duckdb.FatalException as error:
        _kept.forget()
        raise EngineError(type(error).__name__) from error
    except duckdb.Error as error:
        raise EngineError(type(error).__name__) from error
