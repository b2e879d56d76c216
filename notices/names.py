"""The names of kinds and formats that people choose by. Those who know them say so here."""

from collections.abc import Callable, Iterable
from typing import Any

_Names = Callable[[Any], Iterable[str]]
_known: dict[str, _Names] = {}


def known_by(what: str, names: _Names) -> None:
    """Have the names of ``what``, *kind* or *format*, that a user may see, asked for there."""
    _known[what] = names


def names_of(what: str, user: Any) -> list[str]:
    return sorted(_known[what](user)) if what in _known else []
