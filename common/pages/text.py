"""Texts, counts and lengths of time in sentences."""

_LONGEST_SHOWN = 40
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def shortened(text: str, maximum: int = _LONGEST_SHOWN) -> str:
    """The beginning of a text, as much as a sentence has room for."""
    return text if len(text) <= maximum else f"{text[:maximum]}…"


def counted(count: int, noun: str) -> str:
    """Such as ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def time_in_words(seconds: float) -> str:
    """A length of time by its largest unit: ``40 seconds``, ``3 minutes``, ``2 days``."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= 2 * unit:
            return counted(round(seconds / unit), name)
    return counted(max(1, round(seconds)), "second")
