"""Which bare numbers are epoch seconds, and what the others look like.

Any number would pass for a moment: a spreadsheet's date for a morning in 1970, a date without
separators for its summer. So a number is a moment only from 1973-03-03 to the year 5138, where it
has 9 to 11 digits before the point, as no other usual form of a date has. Moments of the years
1970 to 9999 outside of that are written in ISO 8601.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from messages_app.schema.validation import Invalid

MINIMUM = 10**8
BELOW = 10**11
# Of such numbers nothing has to be checked any more.
PLAIN = re.compile(r"[1-9]\d{8,10}(?:\.\d{0,17}[1-9])?", re.ASCII)

# The first second after the year 9999.
END = 253_402_300_800
# Days since 1899-12-30: the years 1954 to 2119.
_SERIAL_DAYS = (20_000, 80_000)
_SERIAL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_COMPACT = re.compile(r"((?:19|20|21)\d{6})(?:(\d\d)(\d\d)(\d\d)?)?(?:\.\d*)?", re.ASCII)
_SMALLER_UNITS = (("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))
# A century from 2000: a number that lies in it, divided by 1,000, is surely one of milliseconds.
_CENTURY = (946_684_800, 4_102_444_800)


def check(text: str, seconds: Decimal) -> None:
    """Raise Invalid, which names the form seen, unless a number can be meant as epoch seconds.

    ``seconds`` is the number that ``text`` stands for.
    """
    if MINIMUM <= seconds < BELOW:
        _refuse_lost_digits(text)
        return
    _refuse_serial(seconds)
    _refuse_compact(text)
    for name, factor in _SMALLER_UNITS:
        if _CENTURY[0] <= seconds / factor < _CENTURY[1]:
            raise Invalid("not_seconds", f"looks like {name}: divide it by {factor:,}")
    if not 0 <= seconds < END:
        raise Invalid("year_out_of_range", "lies outside the years 1970 to 9999")
    raise Invalid(
        "implausible_seconds",
        "can hardly be meant as epoch seconds, which have 9 to 11 digits before the point:"
        " write the moment in ISO 8601, like 2019-05-28T10:55:09Z",
    )


def _refuse_lost_digits(text: str) -> None:
    if "e" in text.lower() and int(Decimal(text).as_tuple().exponent) > 0:
        raise Invalid(
            "digits_lost",
            "has lost its last digits to an exponent, and could be any of many moments: have the"
            " spreadsheet show the column as a whole number before it is saved as CSV",
        )


def _refuse_serial(number: Decimal) -> None:
    if not _SERIAL_DAYS[0] <= number < _SERIAL_DAYS[1]:
        return
    moment = _SERIAL_ZERO + timedelta(days=float(number))
    raise Invalid(
        "spreadsheet_date",
        f"looks like a spreadsheet's date number, {moment:%Y-%m-%d %H:%M}: have the spreadsheet"
        f" show dates as text, with the offset from UTC, like {moment:%Y-%m-%dT%H:%M}Z",
    )


def _refuse_compact(text: str) -> None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return
    day, hour, minute, second = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{hour or '00'}{minute or '00'}{second or '00'}")
    except ValueError:
        return
    seen = f"{moment:%Y-%m-%d %H:%M}" if hour else f"{moment:%Y-%m-%d}"
    raise Invalid(
        "compact_date",
        f"looks like the date {seen}, written without separators: write it in ISO 8601 with the"
        f" offset from UTC, like {moment:%Y-%m-%dT%H:%M:%S}Z or {moment:%Y%m%dT%H%M%S}Z",
    )
