"""The last moments at which a device was seen, and the interval that they tell.

Moments are added in any order and as often as one likes: the result is the same.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

# Of each device, so many are kept; from so many gaps on, their median is its usual interval.
KEPT = 8
MIN_GAPS = 5
# Seconds since 1970, and what brought it ('' for nothing that brings several).
Moment = tuple[int, str]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def merged(known: Iterable[Moment], new: Iterable[Moment]) -> list[Moment]:
    """The newest of them, newest first. Of one file only the last moment counts: what lies between
    two of its rows says nothing of when the next file comes."""
    latest: dict[str | int, Moment] = {}
    for seconds, source in (*known, *new):
        before = latest.get(source or seconds)
        if before is None or before[0] < seconds:
            latest[source or seconds] = (seconds, source)
    return sorted(latest.values(), reverse=True)[:KEPT]


def usual_interval(moments: Iterable[Moment]) -> timedelta | None:
    """The median of the gaps; None while they are too few."""
    seconds = sorted({one for one, _ in moments})
    gaps = [later - earlier for earlier, later in pairwise(seconds)]
    return timedelta(seconds=round(median(gaps))) if len(gaps) >= MIN_GAPS else None


def as_datetime(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def as_seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)
