"""Patterns of dates and times, such as ``%d.%m.%Y %H:%M``, made into regular expressions.

The letters are those of strptime:
https://docs.python.org/3/library/datetime.html#format-codes
"""

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TWO_DIGITS = "mdHIMSy"
_PARTS = {
    "Y": r"(?P<Y>\d{4})",
    "f": r"(?P<f>\d{1,30})",
    "p": r"(?P<p>[aApP]\.?[mM]\.?)",
    "b": r"(?P<b>[A-Za-z]{3})[a-z]{0,6}\.?",
    "B": r"(?P<b>[A-Za-z]{3})[a-z]{0,6}",
    "a": r"[A-Za-z]{2,9}\.?",
    "A": r"[A-Za-z]{2,9}",
    "z": r"(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)",
    "%": "%",
}
_LITERALS = 60


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """What matches the texts of a pattern, with a group for each of its letters (``b`` for the
    month's name). Raises ValueError with a sentence."""
    tokens = re.findall(r"%.|%\Z|\s+|[^%\s]", pattern, re.DOTALL)
    if sum(1 for part in tokens if not part.startswith("%")) > _LITERALS:
        raise ValueError("is longer than any date and time")
    letters = [part[1:] for part in tokens if part.startswith("%") and part != "%%"]
    _check(letters)
    found = [_part(part, _follows(tokens, place)) for place, part in enumerate(tokens)]
    return re.compile("".join(found), re.ASCII)


def month_number(name: str) -> int:
    """1 for ``jan``, in any case. Raises ValueError."""
    return _MONTHS.index(name.lower()) + 1


def _check(letters: list[str]) -> None:
    unknown = [one for one in letters if one not in _PARTS and one not in _TWO_DIGITS]
    if unknown or "" in letters:
        raise ValueError(
            f"has %{unknown[0] if unknown else ''}, which is not known: use %Y %y %m %b %B %d"
            " %H %I %p %M %S %f %z, and %% for a percent sign"
        )
    names = ["m" if one in "bB" else "Y" if one == "y" else one for one in letters]
    names = ["H" if one == "I" else one for one in names]
    doubled = sorted({one for one in names if names.count(one) > 1 and one not in "aA"})
    if doubled:
        raise ValueError(f"says %{doubled[0]} more than once")
    for letter, what in (("Y", "year, %Y or %y"), ("m", "month, %m or %b"), ("d", "day, %d")):
        if letter not in names:
            raise ValueError(f"lacks the {what}")
    if ("I" in letters) != ("p" in letters):
        raise ValueError("needs %I and %p together, or %H alone")
    for letter, before in (("M", "H"), ("S", "M"), ("f", "S")):
        if letter in names and before not in names:
            raise ValueError(f"has %{letter} without %{before}")


def _part(part: str, is_tight: bool) -> str:
    if part.isspace():
        return r"\s+"
    if not part.startswith("%"):
        return re.escape(part)
    letter = part[1]
    if letter in _TWO_DIGITS:
        digits = r"\d\d" if is_tight or letter == "y" else r"\d{1,2}"
        return f"(?P<{letter}>{digits})"
    return _PARTS[letter]


def _follows(tokens: list[str], place: int) -> bool:
    """Whether a number stands directly beside another, so that only its width tells its end."""
    near = [*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2]]
    return any(part[0] == "%" and part[1:] in (*_TWO_DIGITS, "Y", "f") for part in near)
