"""JSON that others wrote, to be shown and sent again without changing what it says."""

import re
from typing import Any

import simplejson

# Content that lies deeper in itself is shown as it came.
_DEEPEST = 50
# So long may a text grow in any case.
_SHORT = 16 * 1024
# More of a date, a method, … says nothing.
_LINE = 100
_BRACKETS = re.compile(r"[\[\]{}]")


def as_json(text: str | bytes) -> Any:
    """What a text holds, numbers with all their digits; None when it is no JSON."""
    try:
        return simplejson.loads(text, use_decimal=True)
    except (ValueError, RecursionError):
        return None


def pretty(content: Any, text: str) -> str:
    """JSON to look at, which stands for the very same content; ``text``, in which it came, where
    line breaks and indents would make it much longer."""
    if _depth(text) > _DEEPEST:
        return printable(text)
    encoder = simplejson.JSONEncoder(indent=2, use_decimal=True, ensure_ascii=False)
    pieces: list[str] = []
    room = _SHORT + 2 * len(text)
    for piece in encoder.iterencode(content):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            return printable(text)
    return printable("".join(pieces))


def _depth(text: str) -> int:
    """How deep objects and arrays lie in each other, at most: braces in strings count too."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def shortened_line(text: str) -> str:
    """The beginning of a text that somebody else wrote, for a line of a page."""
    return printable(text if len(text) <= _LINE else f"{text[:_LINE]}…")


def printable(text: str) -> str:
    """Half a surrogate pair, which no page can hold, as JSON escapes it."""
    return text.encode("utf-8", "backslashreplace").decode()
