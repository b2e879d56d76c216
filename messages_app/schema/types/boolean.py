"""What is so or is not."""

from dataclasses import dataclass
from typing import ClassVar

from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.types.base import Attribute, FieldType, Value
from messages_app.schema.validation import Invalid

# In small letters. Nothing of it could be meant otherwise.
_WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Boolean(FieldType):
    """True or false; files write it in several ways, JSON in one."""

    name: ClassVar[str] = "boolean"
    is_number: ClassVar[bool] = False

    @property
    def options(self) -> tuple[str, ...]:
        return ("true", "false")

    def from_text(self, text: str) -> bool:
        word = visible(text).lower()
        if not word:
            raise Invalid("empty", "must not be empty")
        if word not in _WORDS:
            raise Invalid("not_a_boolean", "is neither true nor false")
        return _WORDS[word]

    def from_json(self, data: object) -> bool:
        if not isinstance(data, bool):
            raise Invalid("not_a_boolean", "must be true or false, without quotes")
        return data

    def from_item(self, data: object) -> bool:
        return self.from_text(data) if isinstance(data, str) else self.from_json(data)

    def to_attribute(self, value: Value) -> Attribute:
        return {"BOOL": value}

    def from_attribute(self, attribute: Attribute) -> Value:
        is_so: bool = attribute["BOOL"]
        return is_so

    def example(self, name: str) -> bool:
        return True

    def sent_schema(self) -> JSONSchema:
        return {"type": "boolean"}

    def answered_schema(self) -> JSONSchema:
        return self.sent_schema()
