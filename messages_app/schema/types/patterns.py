"""Patterns of text, as rules of kinds have them: regular expressions without groups.

A pattern is a row of characters, classes such as ``[A-Z0-9]``, ``.``, ``\\d``, ``\\w``, ``\\s``,
each with a count behind it if need be: ``?``, ``*``, ``+``, ``{3}``, ``{2,4}``. It has to fit the
whole text. With so few counts that leave a choice, and none within another, a match takes time
with the square of the text's length at most, whatever the text.
"""

import re
from functools import lru_cache

from messages_app.schema.validation import Invalid

MAX_LENGTH = 200
# Text that is matched must not be longer.
MAX_TEXT = 256
_MAX_OPEN_COUNTS = 2
_MAX_COUNT = MAX_TEXT
_LITERAL = r"[^\\\[\](){}|^$.?*+]"
_ESCAPE = r"\\[dwsDWS.\\\[\](){}|^$?*+/\-]"
_CLASS = rf"\[\^?(?:{_ESCAPE}|[^\\\[\]])+\]"
_COUNT = r"\{(\d{1,3})(,(\d{1,3})?)?\}"
_PIECE = re.compile(rf"({_ESCAPE}|{_CLASS}|\.|{_LITERAL})(?:([?*+])|{_COUNT})?")
# Python reserves these for operations with classes.
_SET_OPERATION = re.compile(r"--|&&|~~|\|\|")
_ALLOWED = (
    "it may have characters, classes like [A-Z0-9], . and \\d, and the counts ? * + {2} {2,4}"
    " after them, but no groups and no |"
)


def check(pattern: str) -> None:
    """Raise Invalid, which says what to change, unless it is a pattern of bounded time."""
    if not 0 < len(pattern) <= MAX_LENGTH:
        raise Invalid("bad_pattern", f"must have 1 to {MAX_LENGTH} characters")
    if _SET_OPERATION.search(pattern):
        raise Invalid("bad_pattern", "has --, &&, ~~ or ||, which would mean something else")
    position, open_counts = 0, 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            where = f"at “{pattern[position : position + 20]}”"
            raise Invalid("bad_pattern", f"cannot be read {where}: {_ALLOWED}")
        open_counts += _is_open(piece)
        position = piece.end()
    if open_counts > _MAX_OPEN_COUNTS:
        raise Invalid(
            "bad_pattern",
            f"has {open_counts} counts that leave a choice, like * or {{2,4}}; {_MAX_OPEN_COUNTS}"
            " are allowed: give the others as numbers, like {3}",
        )
    try:
        compiled(pattern)
    except re.error as error:
        raise Invalid("bad_pattern", f"cannot be read: {error.msg}") from None


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """For ``fullmatch``. Classes like ``\\d`` are those of ASCII, as in JSON Schema's patterns."""
    return re.compile(pattern, re.ASCII)


def _is_open(piece: re.Match[str]) -> bool:
    sign, first, comma, last = piece.group(2, 3, 4, 5)
    for count in (first, last):
        if count and int(count) > _MAX_COUNT:
            raise Invalid("bad_pattern", f"counts to {count}; {_MAX_COUNT} is the most")
    return bool(sign) or (bool(comma) and first != last)
