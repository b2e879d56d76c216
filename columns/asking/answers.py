"""Answers that were given before: files of columns never change, so that what was found in some of
them stays true. Whoever sorts a table of groups, or comes back to a chart, does not wait again.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

Rows = list[tuple[Any, ...]]


class Answers:
    """The latest ones, of so many rows together."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Rows] = OrderedDict()
        self._rows = 0

    def get(self, asked: Hashable) -> Rows | None:
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
            return self._kept.get(asked)

    def keep(self, asked: Hashable, rows: Rows) -> None:
        """One without rows counts as one."""
        with self._lock:
            if asked in self._kept or len(rows) > self._maximum:
                return
            self._kept[asked] = rows
            self._rows += max(1, len(rows))
            while self._rows > self._maximum:
                _, oldest = self._kept.popitem(last=False)
                self._rows -= max(1, len(oldest))
