"""Values as DynamoDB writes them, ``{"S": "a"}`` and ``{"N": "4.39"}``, made plain and back.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from messages_app.schema.validation import Invalid

_TAKEN = 'write it like {"S": "text"} or {"N": "4.39"}'
_LONGEST_NUMBER = 500


def plain(name: str, attribute: object) -> Any:
    """Text, a number, or None. Raises Invalid that says ``name``."""
    if not isinstance(attribute, dict) or len(attribute) != 1:
        raise Invalid("not_an_attribute", f"{name} is not a value of DynamoDB: {_TAKEN}")
    [(kind, value)] = attribute.items()
    if kind == "S" and isinstance(value, str):
        return value
    if kind == "N":
        return _number(name, value)
    if kind == "NULL":
        return None
    raise Invalid("not_taken", f"{name} is neither text nor a number: {_TAKEN}")


def plain_item(item: Mapping[str, Any], left_alone: frozenset[str]) -> dict[str, Any]:
    """All attributes of an item made plain, but those whose names are to be left alone. Raises
    Invalid."""
    return {
        name: value if name in left_alone else plain(name[:40], value)
        for name, value in item.items()
    }


def _number(name: str, value: object) -> Decimal:
    """DynamoDB has numbers in strings; a JSON number, read exactly, is as good."""
    try:
        if isinstance(value, str | Decimal) and len(str(value)) <= _LONGEST_NUMBER:
            return Decimal(value)
    except InvalidOperation:
        pass
    raise Invalid("not_a_number", f"{name} is not a number: {_TAKEN}")
