"""What a process asks the database for once in some seconds, as it is needed with each read and
write."""

import math
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

    def get(self) -> T:
        answer = self._answer
        if answer is None or time.monotonic() >= answer.until:
            # From before it is asked, as it may change meanwhile. One assignment, so that threads
            # see what belongs together.
            until = time.monotonic() + KNOWN_SECONDS
            self._answer = answer = _Answer(self._ask(), until)
        return answer.found

    def forget(self) -> None:
        """After a change by this process."""
        self._answer = None

    def hold(self, found: T) -> None:
        """Believe this for ever, as tests do that count statements."""
        self._answer = _Answer(found, math.inf)
