"""What the rest of the project knows of a field's type, and of values of any type."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Self

from common.rest.json_schema import JSONSchema

Value = str | Decimal | bool
# As DynamoDB has it: ``{"S": "a"}``, ``{"N": "4.39"}``.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
Attribute = dict[str, Any]

# A number with more digits than this before or after the point is written with an exponent.
_LONGEST_PLAIN = 40
_TRUTH = {True: "true", False: "false"}


class FieldType(ABC):
    """How values of a field are read, checked, stored, asked for and described."""

    __slots__ = ()

    # What definitions of kinds call it, and the rules that they can give it.
    name: ClassVar[str]
    rule_names: ClassVar[tuple[str, ...]] = ()
    # Whether values have an order that is asked for by a range, and are aligned by their digits.
    # Others are asked for by what they are equal to, and tell records apart.
    is_number: ClassVar[bool]
    # Whether they are quantities, which charts draw and averages are made of.
    is_measure: ClassVar[bool] = False
    # Whether they are moments: records are ordered by one, and formats say how they are written.
    is_moment: ClassVar[bool] = False
    # Of an input: https://html.spec.whatwg.org/multipage/interaction.html#attr-inputmode
    input_mode: ClassVar[str] = ""
    # How a value is written, where people may wonder.
    hint: ClassVar[str] = ""

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:  # noqa: ARG003 - of types that have any
        """The type with the rules of a definition, of which it has all that it knows. Raises
        Invalid."""
        return cls()

    def rules(self) -> dict[str, Any]:
        """What :meth:`from_rules` makes an equal type of: numbers are decimals."""
        return {}

    @property
    def key_length(self) -> int | None:
        """The most characters a value has; None of types whose values cannot be part of a key."""
        return None

    @property
    def options(self) -> tuple[str, ...]:
        """The only texts that there are, where they are few enough to choose from."""
        return ()

    @abstractmethod
    def from_text(self, text: str) -> Value:
        """The value that a CSV cell or a form input stands for. Raises Invalid."""

    @abstractmethod
    def from_json(self, data: object) -> Value:
        """The value that a JSON value stands for. Raises Invalid."""

    @abstractmethod
    def from_item(self, data: object) -> Value:
        """The same of the ancestor's clients, whose numbers may be strings. Raises Invalid."""

    @abstractmethod
    def to_attribute(self, value: Value) -> Attribute:
        """The value as DynamoDB stores it."""

    def from_attribute(self, attribute: Attribute) -> Value:
        """The value that DynamoDB stores."""
        if "S" in attribute:
            text: str = attribute["S"]
            return text
        return Decimal(attribute["N"])

    @abstractmethod
    def example(self, name: str) -> Any:
        """A value in JSON, for the field of this name."""

    @abstractmethod
    def sent_schema(self) -> JSONSchema:
        """What :meth:`from_json` takes, or, in a query, :meth:`from_text`."""

    @abstractmethod
    def answered_schema(self) -> JSONSchema:
        """What a value looks like in answers."""

    def item_schema(self) -> JSONSchema:
        """What :meth:`from_item` takes."""
        return self.sent_schema()


def as_text(value: Value) -> str:
    """A value with all its digits; a very large or small number with an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _TRUTH[value]
    return format(value, "f") if abs(value.adjusted()) < _LONGEST_PLAIN else str(value)


def canonical_text(value: Value) -> str:
    """The same text for equal values, on every machine: what digests are made of."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _TRUTH[value]
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
