"""The lines of a chunk whose rows are still to be written, as a chunk keeps them: ranges of lines,
``[[first, last], ...]`` in their order, both ends included."""

from bisect import bisect_right
from collections.abc import Iterable

Ranges = list[list[int]]


def ranges(rows: Iterable[tuple[int, int]]) -> Ranges:
    """Of rows, each by its number and its line, in their order. A range has no row but these: it
    ends where numbers are left out."""
    found: Ranges = []
    before = None
    for number, line in rows:
        if found and number - 1 == before:
            found[-1][1] = line
        else:
            found.append([line, line])
        before = number
    return found


def holds(left: Ranges, line: int) -> bool:
    """Whether the row that begins in this line is still to be written."""
    place = bisect_right(left, line, key=lambda one: one[0]) - 1
    return place >= 0 and line <= left[place][1]
