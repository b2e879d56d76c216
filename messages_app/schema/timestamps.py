"""Moments: epoch seconds, ISO 8601, and the UTC date and time that make a record's key."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from messages_app.schema import epoch_seconds
from messages_app.schema.validation import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
# The spellings that leave no doubt, among them Java's (``Z[UTC]``) and Go's (``+0000 UTC``).
_OFFSET = (
    r"(?: ?(Z(?:\[(?:Etc/)?UTC\])?|UTC|GMT|\+0000 UTC"
    r"|[+-]\d\d(?::?\d\d)?(?:\[[\w/+-]{1,40}\])?))?"
)
# ISO 8601, extended or basic form.
_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)[T ](\d\d)(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d{1,30}))?)?" + _OFFSET,
    re.ASCII | re.IGNORECASE,
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
# RFC 2822, 3.3: Tue, 28 May 2019 10:55:09 +0000.
_RFC_2822 = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}), ?)?(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})"
    rf" (\d\d):(\d\d)(?::(\d\d))?{_OFFSET}(?: \([A-Z ]{{1,40}}\))?",
    re.ASCII | re.IGNORECASE,
)
_DATE_START = re.compile(
    r"\d{4}-\d\d|\d{8}[T ]|(?:[A-Z]{3}, ?)?\d{1,2} [A-Z]{3}", re.ASCII | re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The beginning of a time, as keys have it.
_TIME_PREFIX = re.compile(r"(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)


def looks_like_date(text: str) -> bool:
    """Whether text is meant as a date and time rather than as a number."""
    return _DATE_START.match(text) is not None


def seconds_from_iso(text: str) -> Decimal:
    """Epoch seconds, with all digits of the fraction, of ISO 8601 or RFC 2822. Raises Invalid."""
    if match := _ISO.fullmatch(text):
        year, _, month, day, hour, _, minute, second, fraction, offset = match.groups()
    elif match := _RFC_2822.fullmatch(text):
        weekday, day, name, year, hour, minute, second, offset = match.groups()
        month, fraction = f"{_MONTHS.index(name.lower()) + 1:02}", None
        _check_weekday(weekday, f"{year}-{month}-{day:0>2}")
    else:
        raise _not_iso(text)
    if offset is None:
        raise Invalid("no_offset", "has no offset from UTC: add Z for UTC, or one like +02:00")
    time_of_day = (hour, minute, second or "00")
    whole = _whole_seconds(f"{year}-{month}-{day:0>2}", time_of_day, offset, fraction)
    seconds = Decimal(f"{whole}.{fraction}") if fraction and whole >= 0 else Decimal(whole)
    check_range(seconds)
    return seconds


def _whole_seconds(
    date: str, time_of_day: tuple[str, str, str], offset: str, fraction: str | None
) -> int:
    hour, minute, second = time_of_day
    if second == "60":
        raise Invalid(
            "not_a_timestamp",
            "has a second 60, a leap second, which epoch seconds do not have: write 59, or 00 of"
            " the next minute",
        )
    # ISO 8601, 4.2.3 of the edition of 2004: the end of a day, which is the next one's beginning.
    is_end_of_day = time_of_day == ("24", "00", "00") and not (fraction or "").strip("0")
    try:
        moment = datetime.fromisoformat(
            f"{date}T{'00' if is_end_of_day else hour}:{minute}:{second}"
        )
        moment = moment.replace(tzinfo=_zone(offset))
        return (moment - _EPOCH) // timedelta(seconds=1) + is_end_of_day * _DAY
    except (ValueError, OverflowError):
        raise Invalid("not_a_timestamp", "is not a date and time that exists") from None


def _zone(offset: str) -> timezone:
    if offset[0] not in "+-":
        return UTC
    digits = re.split(r"[\[ ]", offset[1:])[0].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(distance if offset[0] == "+" else -distance)


def _check_weekday(weekday: str | None, date: str) -> None:
    try:
        is_right = weekday is None or (
            datetime.fromisoformat(date).weekday() == _WEEKDAYS.index(weekday.lower())
        )
    except ValueError:
        return  # the date does not exist, which is told later
    if not is_right:
        raise Invalid("not_a_timestamp", "has a weekday on which that date does not fall")


def _not_iso(text: str) -> Invalid:
    if _DATE.fullmatch(text):
        detail = "is a date without a time of day: write it like 2019-05-28T10:55:09Z"
    else:
        detail = "is not ISO 8601: write it like 2019-05-28T10:55:09.38Z"
    return Invalid("not_a_timestamp", detail)


def check_range(seconds: Decimal) -> None:
    """Raise Invalid unless the moment lies in the years 1970 to 9999."""
    if not 0 <= seconds < epoch_seconds.END:
        raise Invalid("year_out_of_range", "lies outside the years 1970 to 9999")


def key_of_seconds(seconds: Decimal) -> tuple[str, str]:
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
    """Epoch seconds of a UTC date and time as :func:`key_of_seconds` has them. Raises Invalid."""
    return seconds_from_iso(f"{clean_date(date)}T{clean_time(time)}Z")


def clean_date(text: str) -> str:
    """A date like ``2019-05-28``. Raises Invalid."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise Invalid("not_a_date", "is not a date: write it like 2019-05-28") from None


def clean_date_or_moment(text: str) -> str:
    """A date, or a date and the beginning of a time of day, in UTC: ``2019-05-28``,
    ``2019-05-28T10:55``. Raises Invalid."""
    date, separator, time = text.partition("T")
    if not separator:
        return clean_date(text)
    try:
        return f"{clean_date(date)}T{clean_time_prefix(time.removesuffix('Z'))}"
    except Invalid:
        sentence = "is not a date or a moment in UTC: write it like 2019-05-28 or 2019-05-28T10:55"
        raise Invalid("not_a_date", sentence) from None


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
