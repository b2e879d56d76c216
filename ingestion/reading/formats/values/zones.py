"""Local times: the moment that a clock on a wall shows.

The rule for summer time: an hour that clocks pass over in spring does not exist, and a time in it
is refused. An hour that they show twice in autumn is taken for its first pass, and counted.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from messages_app.schema.validation import Invalid

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def zone_of(name: str) -> tzinfo:
    """The zone of a name or an offset. Raises ValueError."""
    if match := _OFFSET.fullmatch(name):
        distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(distance if match[1] == "+" else -distance)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error


# Year, month, day, hour and minute to epoch seconds, and whether clocks show them twice.
Minute = Callable[[int, int, int, int, int], tuple[int, bool]]


def minutes_in(zone: tzinfo) -> Minute:
    """Finds the epoch seconds of local minutes. What it gives raises Invalid and ValueError.

    Zones change their offsets between minutes, never within one, in the years since 1970.
    """

    @lru_cache(maxsize=4096)
    def minute(year: int, month: int, day: int, hour: int, minute: int) -> tuple[int, bool]:
        local = datetime(year, month, day, hour, minute, tzinfo=zone)
        later = local.replace(fold=1)
        is_twice = local.utcoffset() != later.utcoffset()
        if is_twice and _is_skipped(local, zone):
            raise Invalid(
                "skipped_time",
                f"does not exist in {zone}: clocks were put forward then. If the device does not"
                " do so, give its format a fixed offset such as +01:00",
            )
        return (local - _EPOCH) // _SECOND, is_twice

    return minute


def _is_skipped(local: datetime, zone: tzinfo) -> bool:
    """Whether clocks never showed a time: read back from UTC it is another one."""
    back = local.astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != local.replace(tzinfo=None)
