"""Measured numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.types import rules as rules_of_types
from messages_app.schema.types.decimals import (
    MAX_DIGITS,
    PLAIN_NUMBER,
    DecimalType,
    exact_decimal,
)
from messages_app.schema.validation import Invalid

# In JSON Schema: a number in a string. Others are taken as well, while they have at most 38 digits.
_IN_STRING = r"^ *\+?(?:[0-9]{1,19}(?:\.[0-9]{0,19})?|\.[0-9]{1,19})(?:[eE][+-]?[0-9])? *$"
_EXAMPLE = 4.39
# Of numbers without a rule.
LEAST = Decimal("-" + "9" * MAX_DIGITS)


@dataclass(frozen=True, slots=True)
class Number(DecimalType):
    """A finite decimal from ``minimum`` to below ``below``, and to ``maximum`` where there is one,
    kept exact to 38 digits."""

    minimum: Decimal = Decimal(0)
    below: Decimal = Decimal(10) ** MAX_DIGITS
    maximum: Decimal | None = None

    name: ClassVar[str] = "number"
    rule_names: ClassVar[tuple[str, ...]] = ("min", "max")
    input_mode: ClassVar[str] = "decimal"
    is_measure: ClassVar[bool] = True

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        minimum, maximum = rules_of_types.bounds(rules)
        return cls(LEAST if minimum is None else minimum, maximum=maximum)

    def rules(self) -> dict[str, Any]:
        minimum = {} if self.minimum == LEAST else {"min": self.minimum}
        return minimum if self.maximum is None else {**minimum, "max": self.maximum}

    def from_text(self, text: str) -> Decimal:
        value = Decimal(text) if PLAIN_NUMBER.fullmatch(text) else exact_decimal(visible(text))
        if value < self.minimum:
            raise Invalid("too_small", f"must be {self.minimum} or more")
        if value >= self.below:
            raise Invalid("too_large", f"must be less than {self.below:.0E}")
        if self.maximum is not None and value > self.maximum:
            raise Invalid("too_large", f"must be {self.maximum} or less")
        return value

    def from_json(self, data: object) -> Decimal:
        if isinstance(data, str):
            raise Invalid("not_a_number", "must be a number, without quotes")
        return self._from_number(data)

    def example(self, name: str) -> float:
        limit = self.below if self.maximum is None else self.maximum
        return _EXAMPLE if self.minimum <= _EXAMPLE < limit else float(self.minimum)

    def sent_schema(self) -> JSONSchema:
        bounds = {"type": "number", "minimum": float(self.minimum)}
        minimum = bounds if self.minimum else json_schema.ZERO_OR_MORE
        if self.maximum is not None:
            return {**minimum, "maximum": float(self.maximum)}
        return {**minimum, "maximum": float(self.below), "exclusiveMaximum": True}

    def answered_schema(self) -> JSONSchema:
        if not self.minimum:
            return json_schema.ANSWERED
        return {**json_schema.ANSWERED, "minimum": float(self.minimum)}

    def item_schema(self) -> JSONSchema:
        return {"anyOf": [self.sent_schema(), {"type": "string", "pattern": _IN_STRING}]}
