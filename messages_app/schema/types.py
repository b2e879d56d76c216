"""The types that a field can have: how a value is read from text or JSON, and what it must obey."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal, Protocol

from messages_app.schema import timestamps
from messages_app.schema.validation import Invalid

Value = str | Decimal

# What a DynamoDB number holds: 38 significant digits, from 1E-130 to 9.99…E+125.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
MAX_DIGITS = 38
_MIN_EXPONENT, _MAX_EXPONENT = -130, 125
_EXACT = Context(prec=1000, Emax=10_000, Emin=-10_000)

# A number with more digits than this before or after the point is written with an exponent.
_LONGEST_PLAIN = 40

_PLAIN_NUMBER = re.compile(r"(?:0|[1-9]\d{0,17})(?:\.\d{0,17}[1-9])?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


class FieldType(Protocol):
    """What the rest of the project knows of a field's type."""

    @property
    def kind(self) -> Literal["text", "number"]: ...

    def from_text(self, text: str) -> Value:
        """The value that a CSV cell or a form input stands for. Raises Invalid."""

    def from_json(self, data: object) -> Value:
        """The value that a JSON value stands for. Raises Invalid."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is not empty; spaces around it do not count."""

    max_length: int = 1024

    @property
    def kind(self) -> Literal["text", "number"]:
        return "text"

    def from_text(self, text: str) -> str:
        text = text.strip()
        if not text:
            raise Invalid("empty", "must not be empty")
        if len(text) > self.max_length:
            raise Invalid(
                "too_long", f"has {len(text):,} characters, {self.max_length:,} are allowed"
            )
        if "\0" in text:
            raise Invalid("nul", "contains a NUL byte; remove it")
        return text

    def from_json(self, data: object) -> str:
        if not isinstance(data, str):
            raise Invalid("not_text", "must be a string")
        if not data.isascii() and _SURROGATE.search(data):
            raise Invalid("not_text", "contains half a surrogate pair, which is no character")
        return self.from_text(data)


@dataclass(frozen=True, slots=True)
class Number:
    """A finite decimal from ``least`` to below ``below``, kept exact to 38 digits."""

    minimum: Decimal = Decimal(0)
    below: Decimal = Decimal(10) ** MAX_DIGITS

    @property
    def kind(self) -> Literal["text", "number"]:
        return "number"

    def from_text(self, text: str) -> Decimal:
        text = text.strip()
        value = Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else exact_decimal(text)
        if value < self.minimum:
            raise Invalid("too_small", f"must be {self.minimum} or more")
        if value >= self.below:
            raise Invalid("too_large", f"must be less than {self.below:.0E}")
        return value

    def from_json(self, data: object) -> Decimal:
        if isinstance(data, str):
            raise Invalid("not_a_number", "must be a number, without quotes")
        return _number_from_json(data, self.from_text)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment: epoch seconds with any fraction, or ISO 8601 with an offset; kept as seconds."""

    @property
    def kind(self) -> Literal["text", "number"]:
        return "number"

    def from_text(self, text: str) -> Decimal:
        text = text.strip()
        if timestamps.looks_like_iso(text):
            return canonical(timestamps.seconds_from_iso(text))
        value = Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else _seconds(text)
        timestamps.check_range(value)
        return value

    def from_json(self, data: object) -> Decimal:
        return _number_from_json(data, self.from_text)


def as_text(value: Value) -> str:
    """A value with all its digits; a very large or small number with an exponent."""
    if isinstance(value, str):
        return value
    return format(value, "f") if abs(value.adjusted()) < _LONGEST_PLAIN else str(value)


def exact_decimal(text: str) -> Decimal:
    """A decimal with all digits given, in its shortest form. Raises Invalid."""
    if not _NUMBER.fullmatch(text) or len(text) > 500:
        raise _not_a_number(text)
    return canonical(Decimal(text))


def canonical(value: Decimal) -> Decimal:
    """The same number without trailing zeros, as DynamoDB gives it back. Raises Invalid."""
    value = value.normalize(_EXACT)
    if not value:
        return Decimal(0)
    if len(value.as_tuple().digits) > MAX_DIGITS:
        raise Invalid("too_many_digits", f"has more than {MAX_DIGITS} digits")
    if not _MIN_EXPONENT <= value.adjusted() <= _MAX_EXPONENT:
        raise Invalid("out_of_range", "is too large or too small a number to be stored exactly")
    if 0 < value.adjusted() < MAX_DIGITS:
        return Decimal(format(value, "f"))  # 120 rather than 1.2E+2
    return value


def _seconds(text: str) -> Decimal:
    try:
        return exact_decimal(text)
    except Invalid as error:
        if error.code != "not_a_number":
            raise
        raise Invalid(
            "not_a_timestamp",
            "is not a timestamp: write epoch seconds such as 1559040909.38, "
            "or ISO 8601 with an offset such as 2019-05-28T10:55:09Z",
        ) from None


def _not_a_number(text: str) -> Invalid:
    if not text:
        return Invalid("empty", "must not be empty")
    if _NOT_FINITE.fullmatch(text):
        return Invalid("not_finite", "must be a finite number")
    if _DECIMAL_COMMA.fullmatch(text):
        return Invalid("decimal_comma", "has a decimal comma; write a decimal point")
    return Invalid("not_a_number", "is not a number")


def _number_from_json(data: object, from_text: Callable[[str], Decimal]) -> Decimal:
    if isinstance(data, bool) or not isinstance(data, int | float | Decimal | str):
        raise Invalid("not_a_number", "must be a number")
    return from_text(str(data))
