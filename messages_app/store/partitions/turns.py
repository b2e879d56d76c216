"""Rows that wait to be sent, whose partitions take turns."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence


class Turns:
    """Rows by their index; ``queues`` names for each the queue that it waits in.

    A batch is of the queue that the fewest threads send rows of at the time, and among these of the
    one that had no turn for longest: no thread waits for a partition while another one has time.
    """

    def __init__(self, queues: Sequence[str]) -> None:
        self._queue_of = queues
        self._waiting: dict[str, deque[int]] = {}
        self._senders: Counter[str] = Counter()
        for index, name in enumerate(queues):
            self._waiting.setdefault(name, deque()).append(index)

    def __bool__(self) -> bool:
        """Whether any row waits."""
        return bool(self._waiting)

    def next(self) -> int:
        """The row that the next batch begins with."""
        return self._waiting[self._next()][0]

    def take(self, count: int, *, may_mix: bool) -> list[int]:
        """Up to so many rows of one queue, in their order; ``may_mix`` fills up with those of
        others."""
        name = self._next()
        self._senders[name] += 1
        indexes = self._pop(name, count)
        while may_mix and self._waiting and len(indexes) < count:
            indexes += self._pop(next(iter(self._waiting)), count - len(indexes))
        return indexes

    def give_back(self, taken: Sequence[int], refused: Iterable[int]) -> None:
        """What was taken is sent; these of them wait again, before the others."""
        self._senders[self._queue_of[taken[0]]] -= 1
        for index in reversed(list(refused)):
            self._waiting.setdefault(self._queue_of[index], deque()).appendleft(index)

    def _next(self) -> str:
        return min(self._waiting, key=self._senders.__getitem__)

    def _pop(self, name: str, count: int) -> list[int]:
        """From the beginning of a queue, which is the last to have its turn then."""
        queue = self._waiting.pop(name)
        indexes = [queue.popleft() for _ in range(min(count, len(queue)))]
        if queue:
            self._waiting[name] = queue
        return indexes
