"""The worker's process as the asker sees it: started, told, and ended when its time is up."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from columns.engine import EngineError

# What a result may be at most: rows in JSON, and the bytes of a file.
MAX_ROWS = 10_000
MAX_BYTES = 8 * 1024**2
MAX_FILE_BYTES = 100 * 1024**2
# To start and to parse; it takes a third of a second on a machine that has nothing else to do.
_START_SECONDS = 10
TOO_LONG = "The statement takes longer than {} seconds. {}"
TOO_MUCH_MEMORY = "The statement takes more than {} MB of memory. {}"
TOO_LARGE = "The result is larger than a result may be, {} MB. {}"
TOO_DEEP = "The statement cannot be read: it is nested too deeply. Write it in parts, with WITH"
LESS = "Ask for fewer days (a condition on _date), or for less of them"


class NotRun(Exception):
    """A statement that has no result; says why, and what to change."""


class Process:
    """A worker that is running. Methods raise NotRun, and EngineError where a file of columns
    cannot be read."""

    def __init__(self, child: "subprocess.Popen[str]", memory_mb: int) -> None:
        self._child = child
        self._memory_mb = memory_mb

    def ask(self, order: dict[str, Any], seconds: float, died: str = "") -> dict[str, Any]:
        """Tell it something, and wait so long for its answer. ``died`` says what it means that it
        ended without a word: nothing but the statement can have ended it."""
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._child.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            line = self._exchange(json.dumps(order))
        finally:
            timer.cancel()
        if is_late.is_set():
            raise NotRun(TOO_LONG.format(settings.COLUMNS_SQL_SECONDS, LESS))
        if not line.endswith("\n"):
            raise NotRun(died or self._too_much_memory)
        return self._answer(json.loads(line))

    @property
    def _too_much_memory(self) -> str:
        return TOO_MUCH_MEMORY.format(self._memory_mb, LESS)

    def _exchange(self, line: str) -> str:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()
            return self._child.stdout.readline()
        except BrokenPipeError:
            return ""

    def _answer(self, reply: dict[str, Any]) -> dict[str, Any]:
        if "too_much_memory" in reply:
            raise NotRun(self._too_much_memory)
        if "refused" in reply:
            raise NotRun(reply["refused"])
        if "too_large" in reply:
            raise NotRun(TOO_LARGE.format(reply["too_large"] // 1024**2, LESS))
        if "unreadable" in reply:
            raise EngineError("a file of columns")
        return reply


@contextmanager
def started(statement: str) -> Iterator[tuple[Process, dict[str, Any]]]:
    """A worker that has parsed a statement, and what it found; ended with this."""
    memory_mb = settings.COLUMNS_SQL_MEMORY_MB
    order = {
        "statement": statement,
        "memory": memory_mb * 1024**2,
        "threads": settings.COLUMNS_THREADS,
        "cpu_seconds": settings.COLUMNS_THREADS * settings.COLUMNS_SQL_SECONDS + _START_SECONDS,
        "file_bytes": MAX_FILE_BYTES,
    }
    child = subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "columns.asking.sql.worker"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    with child:
        try:
            process = Process(child, memory_mb)
            yield process, process.ask(order, _START_SECONDS, TOO_DEEP)
        finally:
            child.kill()
