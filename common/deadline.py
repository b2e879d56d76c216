"""A point in time until which work may go on."""

import time
from collections.abc import Callable


class Deadline:
    """``seconds`` from now on the given monotonic clock."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return self._end - self._clock()

    @property
    def passed(self) -> bool:
        return self.left <= 0

    def within(self, seconds: float) -> "Deadline":
        """So many seconds from now on, by the same clock."""
        return Deadline(seconds, self._clock)

    def share(self, part: float) -> "Deadline":
        """The end of so large a part of what is left, by the same clock."""
        return self.within(part * self.left)
