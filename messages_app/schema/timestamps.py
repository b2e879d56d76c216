"""Moments: epoch seconds, ISO 8601, and the UTC date and time that make a record's key."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from messages_app.schema.validation import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
# The first second after the year 9999.
_END = 253_402_300_800
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_ISO_START = re.compile(r"\d{4}-\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The beginning of a time, as keys have it.
_TIME_PREFIX = re.compile(r"(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)


def looks_like_iso(text: str) -> bool:
    """Whether text is meant as a date and time rather than as a number."""
    return _ISO_START.match(text) is not None


def seconds_from_iso(text: str) -> Decimal:
    """Epoch seconds, with all digits of the fraction. Raises Invalid."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise Invalid("not_a_timestamp", "is not ISO 8601: write it like 2019-05-28T10:55:09.38Z")
    date, hour, minute, second, fraction, offset = match.groups()
    if offset is None:
        raise Invalid("no_offset", "has no offset from UTC: add Z for UTC, or one like +02:00")
    try:
        moment = datetime.fromisoformat(f"{date}T{hour}:{minute}:{second or '00'}")
        moment = moment.replace(tzinfo=_zone(offset))
        whole = (moment - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise Invalid("not_a_timestamp", "is not a date and time that exists") from None
    seconds = Decimal(f"{whole}.{fraction}") if fraction and whole >= 0 else Decimal(whole)
    check_range(seconds)
    return seconds


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(distance if offset[0] == "+" else -distance)


def check_range(seconds: Decimal) -> None:
    """Raise Invalid unless the moment lies in the years 1970 to 9999."""
    if 0 <= seconds < _END:
        return
    for name, factor in (("milliseconds", 1_000), ("microseconds", 10**6), ("nanoseconds", 10**9)):
        # Within a century from 2000: surely a moment in the smaller unit.
        if 946_684_800 <= seconds / factor < 4_102_444_800:
            raise Invalid("not_seconds", f"looks like {name}: divide it by {factor:,}")
    raise Invalid("year_out_of_range", "lies outside the years 1970 to 9999")


def key_of(seconds: Decimal) -> tuple[str, str]:
    """The UTC date and time of epoch seconds: ``2019-05-28``, ``10:55:09.385333``.

    The fraction has six digits, cut off and not rounded; a whole second has none.
    """
    whole_text, _, fraction = format(seconds, "f").partition(".")
    days, second = divmod(int(whole_text), _DAY)
    minutes, second = divmod(second, 60)
    hours, minute = divmod(minutes, 60)
    time = f"{hours:02}:{minute:02}:{second:02}"
    micros = fraction[:6]
    if micros.strip("0"):
        time = f"{time}.{micros:0<6}"
    return _date_of_day(days), time


@lru_cache(maxsize=4096)
def _date_of_day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def seconds_of(date: str, time: str) -> Decimal:
    """Epoch seconds of a UTC date and time as :func:`key_of` writes them. Raises Invalid."""
    return seconds_from_iso(f"{clean_date(date)}T{clean_time(time)}Z")


def clean_date(text: str) -> str:
    """A date like ``2019-05-28``. Raises Invalid."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise Invalid("not_a_date", "is not a date: write it like 2019-05-28") from None


def clean_time(text: str) -> str:
    """A time of day as keys have it: six digits of fraction, or none. Raises Invalid."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3]) > 59:
        raise Invalid("not_a_time", "is not a time: write it like 10:55:09 or 10:55:09.385333")
    fraction = match[4] or ""
    return text[:8] + (f".{fraction:0<6}" if fraction.strip("0") else "")


def clean_time_prefix(text: str) -> str:
    """The beginning of a time of day, from the hour on. Raises Invalid."""
    if not _TIME_PREFIX.fullmatch(text):
        raise Invalid("not_a_time", "is not a time of day: write it like 10, 10:55 or 10:55:09.38")
    return clean_time(text) if len(text) >= len("10:55:09") else text
