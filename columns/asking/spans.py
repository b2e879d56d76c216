"""How long the spans of time are that records are summed up in, in microseconds."""

from datetime import date

_MILLI = 1_000
SECOND = 1_000_000
_MINUTE, _HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
_LENGTHS = [
    1,
    *(_MILLI * size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(SECOND * size for size in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(_MINUTE * size for size in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(_HOUR * size for size in (1, 2, 3, 4, 6, 8, 12)),
    *(DAY * size for size in (1, 2, 3, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, 730, 1_461)),
    *(DAY * size for size in (3_650, 7_300, 14_610, 36_525)),
]


def length_of_spans(microseconds: int, maximum: int) -> int:
    """The shortest length that is easy to read, of which so many spans last as long as that."""
    return next((one for one in _LENGTHS if microseconds <= one * maximum), _LENGTHS[-1])


def between(first: str, last: str) -> int:
    """How long the days from one date to another are."""
    return ((date.fromisoformat(last) - date.fromisoformat(first)).days + 1) * DAY
