"""In which order the chunks of a file are sent.

A file is often sorted by time, and a day is a partition of the table, which takes a limited number
of writes a second: chunks that lie next to each other in the file would wait for each other, while
the partitions of the other days have nothing to do.
"""

from collections.abc import Iterable
from typing import TypeVar

One = TypeVar("One")


def far_apart(ones: Iterable[One]) -> list[One]:
    """The same, the first at first, and each so far from those before it that any few which follow
    each other are from all over the file: the places by their binary digits read backwards (the
    sequence of van der Corput)."""
    all_ = list(ones)
    digits = max(1, (len(all_) - 1).bit_length())
    places = sorted(range(len(all_)), key=lambda place: f"{place:0{digits}b}"[::-1])
    return [all_[place] for place in places]
