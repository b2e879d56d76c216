"""Writes at the pace that a partition of the table takes.

DynamoDB limits the writes of each partition key, and refuses what is beyond. Nobody knows the
limit: it is found, as TCP finds the width of a wire. A refusal slows this process in proportion
to what was refused; without one it grows faster, the more so the longer there was none. Processes
that write to one partition share it in this way without knowing of each other.
"""

import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache

from common.deadline import Deadline
from common.errors import ServiceError

# What a partition takes at most; so fast it is written to at first behind the first refusal.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
_PARTITION_LIMIT = 1000.0
# However often it is refused, so fast a process asks whether there is room again.
_SLOWEST = 1.0
# Nothing has been refused for so long that a process need not hold itself back.
_FORGOTTEN = 4 * _PARTITION_LIMIT
# A request of which all is refused slows down to this share.
_SLOWED = 0.5
# Growth without refusals: after t seconds to exp(_GROWTH * t²) times the pace.
_GROWTH = 0.03
# By then even the slowest is forgotten; rounded up, lest it come only nearly there.
_LONGEST_GROWTH = math.ceil(math.sqrt(math.log(_FORGOTTEN / _SLOWEST) / _GROWTH))
# Requests at a slow pace are so small that one does not take longer to wait for.
_SECONDS_A_REQUEST = 2.0

Clock = Callable[[], float]


def throttled(action: str) -> ServiceError:
    """The error of what is held back, or was left out of an answer; see ServiceError.wrap."""
    return ServiceError(
        f"DynamoDB could not {action}: throttled", "ThrottlingError", permanent=False
    )


class Pace:
    """Of one process, for each partition key of one table that has refused rows of late."""

    def __init__(
        self, clock: Clock = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._partitions: dict[str, _Partition] = {}
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._clock()

    @property
    def is_needed(self) -> bool:
        """Whether any partition has refused rows of late."""
        return bool(self._partitions)

    def at_once(self, partition_key: str, maximum: int) -> int:
        """How many rows of a partition to send in one request, ``maximum`` at most."""
        partition = self._partitions.get(partition_key)
        if partition is None:
            return maximum
        return min(maximum, int(_SECONDS_A_REQUEST * partition.rate(self._clock())))

    def wait(self, rows: Mapping[str, int], until: Deadline) -> bool:
        """Wait until so many rows of each partition may be sent. False when that is too late."""
        for key, count in rows.items():
            partition = self._partitions.get(key)
            if partition is not None and not partition.wait(count, until, self._clock, self._sleep):
                return False
        return True

    def answered(self, sent_at: float, sent: Mapping[str, int], refused: Mapping[str, int]) -> None:
        """Learn of the answer to a request: how many rows of each partition it had, and how many of
        these were refused."""
        now = self._clock()
        with self._lock:
            for key, count in sent.items():
                self._learn(key, sent_at, now, refused.get(key, 0) / count)

    def _learn(self, key: str, sent_at: float, now: float, refused: float) -> None:
        partition = self._partitions.get(key)
        if refused and partition is None:
            partition = self._partitions[key] = _Partition(_PARTITION_LIMIT, sent_at)
        if partition is None:
            return
        if refused:
            partition.slow_down(sent_at, now, refused)
        elif partition.rate(now) >= _FORGOTTEN:
            del self._partitions[key]


@lru_cache(maxsize=1000)
def pace_of(table: str) -> Pace:  # noqa: ARG001 - the cache tells one from another by it
    """What this process knows of a table."""
    return Pace()


class _Partition:
    """The pace of one partition: ``rate`` rows a second."""

    def __init__(self, rate: float, now: float) -> None:
        self._base = rate
        self._since = now
        self._next_at = now
        self._turn = threading.Lock()

    def rate(self, now: float) -> float:
        seconds = min(max(0.0, now - self._since), _LONGEST_GROWTH)
        return self._base * math.exp(_GROWTH * seconds * seconds)

    def slow_down(self, sent_at: float, now: float, refused: float) -> None:
        """After a share of a request was refused, unless that was sent before the last time: the
        requests that are on their way together count once."""
        if sent_at < self._since:
            return
        self._base = max(_SLOWEST, self.rate(now) * (1 - (1 - _SLOWED) * refused))
        self._since = now

    def wait(
        self, rows: int, until: Deadline, clock: Clock, sleep: Callable[[float], None]
    ) -> bool:
        """One thread at a time, so that what the next waits follows from what this one learns."""
        with self._turn:
            pause = self._next_at - clock()
            if pause > until.left:
                return False
            if pause > 0:
                sleep(pause)
            now = clock()
            jitter = random.uniform(0.9, 1.1)  # noqa: S311
            self._next_at = max(now, self._next_at) + jitter * rows / self.rate(now)
            return True
