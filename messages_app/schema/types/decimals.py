"""Numbers as DynamoDB holds them, exact to the last digit."""

import re
from abc import abstractmethod
from decimal import Context, Decimal

from messages_app.schema.types.base import Attribute, FieldType, Value
from messages_app.schema.validation import Invalid

# What a DynamoDB number holds: 38 significant digits, from 1E-130 to 9.99…E+125.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
MAX_DIGITS = 38
_MIN_EXPONENT, _MAX_EXPONENT = -130, 125
_EXACT = Context(prec=1000, Emax=10_000, Emin=-10_000)

# Most numbers are written so, and need no other check.
PLAIN_NUMBER = re.compile(r"(?:0|[1-9]\d{0,17})(?:\.\d{0,17}[1-9])?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


class DecimalType(FieldType):
    """What types whose values are decimals have in common."""

    __slots__ = ()

    is_number = True

    @abstractmethod
    def from_text(self, text: str) -> Decimal: ...

    def from_item(self, data: object) -> Value:
        return self.from_text(data) if isinstance(data, str) else self.from_json(data)

    def to_attribute(self, value: Value) -> Attribute:
        return {"N": str(value)}

    def _from_number(self, data: object) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | Decimal | str):
            raise Invalid("not_a_number", "must be a number")
        return self.from_text(str(data))


def check_bounds(value: Decimal, minimum: Decimal, maximum: Decimal) -> None:
    """Raise Invalid unless a number lies between these, both included."""
    if value < minimum:
        raise Invalid("too_small", f"must be {minimum} or more")
    if value > maximum:
        raise Invalid("too_large", f"must be {maximum} or less")


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


def _not_a_number(text: str) -> Invalid:
    if not text:
        return Invalid("empty", "must not be empty")
    if _NOT_FINITE.fullmatch(text):
        return Invalid("not_finite", "must be a finite number")
    if _DECIMAL_COMMA.fullmatch(text):
        return Invalid("decimal_comma", "has a decimal comma; write a decimal point")
    return Invalid("not_a_number", "is not a number")
