"""Pauses between the attempts of one request: exponential, jittered, and bounded by a deadline."""

import random
import time
from collections.abc import Callable

from common.deadline import Deadline
from common.errors import ServiceError

_FIRST_SECONDS = 0.05
_MAX_SECONDS = 2.0


class Backoff:
    """Full jitter: each pause is random, up to a bound that doubles.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """

    def __init__(self, deadline: Deadline, sleep: Callable[[float], None] = time.sleep) -> None:
        self._deadline = deadline
        self._sleep = sleep
        self._bound = _FIRST_SECONDS
        self._left_at_start = deadline.left

    def pause(self, error: ServiceError) -> None:
        """Wait before the next attempt. Raises ``error`` when it is permanent, or when one that
        takes as long as the last would not end in time."""
        seconds = random.uniform(0, self._bound)  # noqa: S311
        took = self._left_at_start - self._deadline.left
        if error.permanent or seconds + took >= self._deadline.left:
            raise error
        self._bound = min(2 * self._bound, _MAX_SECONDS)
        self._sleep(seconds)
        self._left_at_start = self._deadline.left
