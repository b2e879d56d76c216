"""Moments as files write them, each form made into a function once for an import."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Context, Decimal
from typing import Any

from ingestion.reading.formats.definition import Form, TimeForm
from ingestion.reading.formats.values.numbers import number_text
from ingestion.reading.formats.values.patterns import compile_pattern, month_number
from ingestion.reading.formats.values.zones import Minute, minutes_in, zone_of
from messages_app.schema import timestamps
from messages_app.schema.epoch_seconds import END
from messages_app.schema.invisible import visible
from messages_app.schema.types import FieldType, Value
from messages_app.schema.types.decimals import canonical, exact_decimal
from messages_app.schema.validation import Invalid

Read = Callable[[str], Value]
# By the letters of patterns; None where an optional one is not there.
_Parts = dict[str, str | Any]


@dataclass(slots=True)
class Notes:
    """What is counted while rows are read: times that clocks show twice; see zones.py."""

    repeated_times: int = 0


_UNITS: dict[Form, tuple[int, str]] = {
    "epoch_s": (0, "seconds"),
    "epoch_ms": (-3, "milliseconds"),
    "epoch_us": (-6, "microseconds"),
    "epoch_ns": (-9, "nanoseconds"),
}
# Digits before one mark that groups none of them: then it is a decimal mark, whichever it is.
_EPOCH = re.compile(r"\d{4,}(?:[.,]\d*)?", re.ASCII)
_LOCAL = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[T ]+(?P<H>\d\d):(?P<M>\d\d)"
    r"(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,30}))?)?",
    re.ASCII,
)
_LOCAL_BASIC = re.compile(
    r"(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[T ](?P<H>\d\d)(?P<M>\d\d)"
    r"(?:(?P<S>\d\d)(?:[.,](?P<f>\d{1,30}))?)?",
    re.ASCII,
)
_DAYS_TO_1970 = 25_569  # from 1899-12-30
_DAY = 86_400
_EXACT = Context(prec=100)
# A spreadsheet counts days in binary: what is off by so little is a whole millisecond.
_MILLISECOND = Decimal("0.001")
_ROUNDING = Decimal("0.0001")


def time_reader(form: TimeForm, field: FieldType, decimal_mark: str, notes: Notes) -> Read:
    """Reads moments written in a form. What it gives raises Invalid; see contradictions.py for
    forms that cannot be read, of which it raises ValueError itself."""
    if form.form in _UNITS:
        return _of_epoch(form.form, field, decimal_mark)
    if form.form == "pattern":
        return _of_pattern(compile_pattern(form.pattern), form, notes)
    if form.form == "serial":
        return _of_serial(form.zone, decimal_mark, notes)
    return _of_iso(form.zone, field, notes) if form.zone else field.from_text


def _of_epoch(form: Form, field: FieldType, decimal_mark: str) -> Read:
    exponent, unit = _UNITS[form]
    clean = number_text(decimal_mark, "")

    def read(text: str) -> Value:
        text = visible(text)
        text = text.replace(",", ".") if _EPOCH.fullmatch(text) else clean(text)
        if not exponent:
            return field.from_text(text)
        try:
            return field.from_text(format(exact_decimal(text).scaleb(exponent, _EXACT), "f"))
        except Invalid as error:
            if not text or error.code == "not_a_number":
                raise
            raise Invalid("implausible", f"cannot be meant as {unit} since 1970") from None

    return read


def _of_iso(zone: str, field: FieldType, notes: Notes) -> Read:
    minute = minutes_in(zone_of(zone))

    def read(text: str) -> Value:
        text = visible(text)
        match = _LOCAL.fullmatch(text) or _LOCAL_BASIC.fullmatch(text)
        return _moment(match, minute, notes) if match else field.from_text(text)

    return read


def _of_pattern(pattern: "re.Pattern[str]", form: TimeForm, notes: Notes) -> Read:
    minute = minutes_in(zone_of(form.zone)) if form.zone else None

    def read(text: str) -> Value:
        match = pattern.fullmatch(visible(text))
        if match is None:
            if not visible(text):
                raise Invalid("empty", "must not be empty")
            raise Invalid("not_a_timestamp", f"is not written like {form.pattern}")
        return _moment(match, minute or minutes_in(_offset(match["z"])), notes)

    return read


def _offset(text: str) -> tzinfo:
    try:
        return zone_of(text if text[0] in "+-" else "UTC")
    except ValueError:
        raise Invalid("not_a_timestamp", "has an offset of a day or more") from None


def _of_serial(zone: str, decimal_mark: str, notes: Notes) -> Read:
    minute, clean = minutes_in(zone_of(zone)), number_text(decimal_mark, "")

    def read(text: str) -> Value:
        days = exact_decimal(clean(text))
        seconds = _EXACT.multiply(_EXACT.subtract(days, Decimal(_DAYS_TO_1970)), Decimal(_DAY))
        if not 0 <= seconds < END:
            raise Invalid("implausible", "cannot be meant as a spreadsheet's date number")
        date, time = timestamps.key_of_seconds(_without_noise(seconds))
        match = _LOCAL.fullmatch(f"{date} {time}")
        assert match is not None
        return _moment(match, minute, notes)

    return read


def _without_noise(seconds: Decimal) -> Decimal:
    near = seconds.quantize(_MILLISECOND, context=_EXACT)
    return near if abs(near - seconds) < _ROUNDING else seconds


def _moment(match: "re.Match[str]", minute: Minute, notes: Notes) -> Value:
    parts = match.groupdict()
    second = int(parts.get("S") or 0)
    if second > 59:
        raise Invalid("not_a_timestamp", "has more than 59 seconds")
    try:
        whole, is_twice = minute(_year(parts), _month(parts), int(parts["d"]), *_hour(parts))
    except (ValueError, OverflowError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid("not_a_timestamp", "is not a date and time that exists") from None
    seconds = whole + second
    fraction = parts.get("f")
    value = Decimal(f"{seconds}.{fraction}") if fraction else Decimal(seconds)
    timestamps.check_range(value)
    notes.repeated_times += is_twice
    return canonical(value)


def _year(parts: _Parts) -> int:
    if year := parts.get("Y"):
        return int(year)
    short = int(parts["y"])
    return short + (1900 if short >= 69 else 2000)  # as POSIX has it


def _month(parts: _Parts) -> int:
    return int(parts["m"]) if "m" in parts else month_number(parts["b"])


def _hour(parts: _Parts) -> tuple[int, int]:
    minute = int(parts.get("M") or 0)
    if "I" not in parts:
        return int(parts.get("H") or 0), minute
    hour = int(parts["I"])
    if not 1 <= hour <= 12:
        raise ValueError
    is_afternoon = parts["p"][0] in "pP"
    return hour % 12 + 12 * is_afternoon, minute
