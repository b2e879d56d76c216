"""What a process asks the database for once in some seconds, as it is needed with each read and
write."""

import math
import threading
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

KNOWN_SECONDS = 5.0

T = TypeVar("T")


class _Answer(NamedTuple, Generic[T]):
    """What was found, and until when that is believed."""

    found: T
    until: float


class Known(Generic[T]):
    """The answer of a question, asked again when it is older than KNOWN_SECONDS."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answer: _Answer[T] | None = None
        self._changes = 0
        self._lock = threading.Lock()

    def get(self) -> T:
        kept = self._answer
        if kept is None or time.monotonic() >= kept.until:
            # From before it is asked, as it may change meanwhile.
            changes, until = self._changes, time.monotonic() + KNOWN_SECONDS
            kept = _Answer(self._ask(), until)
            with self._lock:
                if changes == self._changes:  # else another thread changed it, perhaps behind this
                    self._answer = kept
        return kept.found

    def forget(self) -> None:
        """After a change by this process."""
        with self._lock:
            self._changes += 1
            self._answer = None

    def hold(self, found: T) -> None:
        """Believe this for ever, as tests do that count statements."""
        self._answer = _Answer(found, math.inf)
