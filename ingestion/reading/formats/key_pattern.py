"""Patterns of object keys: ``*`` stands for any characters, ``?`` for one.

A pattern without a slash is one of the file's name, in whatever folder it lies. Matching takes time
in proportion to the lengths of pattern and key multiplied, whatever they are.
"""

import re

_PARTS = re.compile(r"\*+")


def check_key_pattern(pattern: str) -> None:
    """Raise ValueError with a sentence unless it can name keys."""
    if not pattern.strip("*?/"):
        raise ValueError("matches every file: name a folder or a part of the file's name")
    if pattern != pattern.strip():
        raise ValueError("begins or ends with a space: remove it")


def matches(pattern: str, key: str) -> bool:
    """Whether a pattern matches an object's key."""
    return _matches(pattern, key if "/" in pattern else key.rpartition("/")[2])


def _matches(pattern: str, text: str) -> bool:
    """Greedy, with one point to go back to: the last ``*``."""
    at = place = 0
    star, back = -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, back = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            back += 1
            at, place = star + 1, back
        else:
            return False
    return not pattern[at:].strip("*")


def overlap(one: str, other: str) -> bool:
    """Whether there may be a key that both patterns match."""
    first, second = _of_keys(one), _of_keys(other)
    if not _ends_fit(first, second) or not _ends_fit(first[::-1], second[::-1]):
        return False
    return _overlap(_PARTS.sub("*", first), _PARTS.sub("*", second))


def _of_keys(pattern: str) -> str:
    return pattern if "/" in pattern else f"*{pattern}"


def _ends_fit(one: str, other: str) -> bool:
    """Quick to say no: whether the characters before any ``*`` can be the same."""
    for left, right in zip(one, other, strict=False):
        if "*" in (left, right):
            return True
        if left != right and "?" not in (left, right):
            return False
    return True


def _overlap(one: str, other: str) -> bool:
    """Row by row: which beginnings of ``other`` can be what a beginning of ``one`` matches."""
    row = [True]
    for right in other:
        row.append(row[-1] and right == "*")
    for left in one:
        above, row = row, [row[0] and left == "*"]
        for place, right in enumerate(other):
            if left == "*" or right == "*":
                row.append(above[place + 1] or row[place] or above[place])
            else:
                row.append(above[place] and (left == right or "?" in (left, right)))
    return row[-1]
