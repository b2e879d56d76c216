"""Whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.types import rules as rules_of_types
from messages_app.schema.types.decimals import MAX_DIGITS, DecimalType, check_bounds, exact_decimal
from messages_app.schema.validation import Invalid

_MOST = Decimal("9" * MAX_DIGITS)
# Arithmetic, a change of sign too, rounds to 28 digits.
_LEAST = _MOST.copy_negate()
_EXAMPLE = 4


@dataclass(frozen=True, slots=True)
class Integer(DecimalType):
    """A whole number from ``minimum`` to ``maximum``, both included. 5.0 is one."""

    minimum: Decimal = _LEAST
    maximum: Decimal = _MOST

    name: ClassVar[str] = "integer"
    rule_names: ClassVar[tuple[str, ...]] = ("min", "max")
    input_mode: ClassVar[str] = "numeric"
    is_measure: ClassVar[bool] = True

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        minimum, maximum = rules_of_types.bounds(rules)
        for name, value in (("min", minimum), ("max", maximum)):
            if value is not None and value != value.to_integral_value():
                raise Invalid("bad_rule", f"has the {name} {value}, which is not a whole number")
        return cls(
            _LEAST if minimum is None else minimum,
            _MOST if maximum is None else maximum,
        )

    def rules(self) -> dict[str, Any]:
        ends = {"min": (self.minimum, _LEAST), "max": (self.maximum, _MOST)}
        return {name: value for name, (value, none) in ends.items() if value != none}

    def from_text(self, text: str) -> Decimal:
        value = exact_decimal(visible(text))
        check_bounds(value, self.minimum, self.maximum)
        if value != value.to_integral_value():
            raise Invalid("not_whole", "is not a whole number")
        return value

    def from_json(self, data: object) -> Decimal:
        if isinstance(data, str):
            raise Invalid("not_a_number", "must be a number, without quotes")
        return self._from_number(data)

    def example(self, name: str) -> int:
        return _EXAMPLE if self.minimum <= _EXAMPLE <= self.maximum else int(self.minimum)

    def sent_schema(self) -> JSONSchema:
        return {"type": "integer", "minimum": int(self.minimum), "maximum": int(self.maximum)}

    def answered_schema(self) -> JSONSchema:
        return self.sent_schema()
