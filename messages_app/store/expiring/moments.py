"""When records expire: whole UTC days at once, at the end of the day that is so many days later.

A record's own time decides, not when it was stored: what came late is not kept for longer, a row
that is written again has the same moment, and a day of the register is there as a whole or not at
all. DynamoDB deletes items by the attribute, which is no part of a record's content.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from datetime import UTC, date, datetime
from functools import lru_cache

# No field of a kind has such a name.
EXPIRES = "_expires"
MAX_DAYS = 36_500
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def expires_at(day: str, days: int) -> int:
    """The epoch seconds at which the records of a UTC date expire."""
    return (date.fromisoformat(day).toordinal() + days + 1 - _EPOCH) * _DAY_SECONDS


def first_kept(days: int) -> str:
    """The oldest UTC date whose records have not expired by now."""
    return date.fromordinal(datetime.now(UTC).toordinal() - days).isoformat()
