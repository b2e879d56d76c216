"""The rules of a field's type in a definition, read and compared."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from messages_app.schema.types import patterns
from messages_app.schema.types.decimals import MAX_DIGITS, exact_decimal
from messages_app.schema.validation import Invalid

if TYPE_CHECKING:
    from messages_app.schema.types.base import FieldType

_MAX_CHOICES = 100
_END = Decimal("9" * MAX_DIGITS)


def bounds(rules: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """``min`` and ``max``, both included. Raises Invalid."""
    minimum, maximum = _decimal(rules, "min"), _decimal(rules, "max")
    if minimum is not None and maximum is not None and maximum < minimum:
        raise _bad(f"has the max {maximum}, which is below its min, {minimum}")
    return minimum, maximum


def length(rules: Mapping[str, Any], longest: int) -> int:
    """``max_length``, else the longest that there may be. Raises Invalid."""
    value = rules.get("max_length", longest)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not is_number or not 1 <= value <= longest or value != int(value):
        raise _bad(f"needs as its max_length a whole number from 1 to {longest:,}")
    return int(value)


def pattern(rules: Mapping[str, Any]) -> str:
    """``pattern``, or ''. Raises Invalid."""
    value = rules.get("pattern", "")
    if not isinstance(value, str):
        raise _bad("needs text as its pattern")
    if value:
        try:
            patterns.check(value)
        except Invalid as error:
            raise Invalid(error.code, f"has a pattern that {error.detail}") from error
    return value


def choices(rules: Mapping[str, Any], plain: "FieldType") -> tuple[str, ...]:
    """``choices``, each as the type without them takes it. Raises Invalid."""
    values = rules.get("choices", [])
    is_list = isinstance(values, list | tuple) and all(isinstance(one, str) for one in values)
    if not is_list or len(values) > _MAX_CHOICES:
        raise _bad(f"needs as its choices a list of up to {_MAX_CHOICES} texts")
    for one in values:
        try:
            choice = plain.from_text(one)
        except Invalid as error:
            raise _bad(f"has the choice “{one[:40]}”, which {error.detail}") from error
        if choice != one:
            raise _bad(f"has the choice “{one[:40]}” with spaces around it: remove them")
    if len(set(values)) != len(values):
        raise _bad("names a choice twice")
    return tuple(values)


def narrower(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The rules by which values that were taken before would be refused."""
    return [name for name in after if name not in before or _narrows(name, before, after)]


def _narrows(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    old, new = before[name], after[name]
    if name == "min":
        return bool(new > old)
    if name in ("max", "max_length"):
        return bool(new < old)
    return not set(new).issuperset(old) if name == "choices" else bool(new != old)


def _decimal(rules: Mapping[str, Any], name: str) -> Decimal | None:
    value = rules.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _bad(f"needs a number as its {name}")
    try:
        number = exact_decimal(str(value))
    except Invalid as error:
        raise _bad(f"has the {name} “{str(value)[:40]}”, which {error.detail}") from error
    if number.copy_abs() > _END:  # abs() would round it to 28 digits
        raise _bad(f"has the {name} {number}, which has more than {MAX_DIGITS} digits")
    return number


def _bad(detail: str) -> Invalid:
    return Invalid("bad_rule", detail)
