"""Sequences in pieces, for statements that take no more at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of so many items, the last one with what is left."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
