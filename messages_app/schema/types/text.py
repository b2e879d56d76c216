"""Text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.types import patterns
from messages_app.schema.types import rules as rules_of_types
from messages_app.schema.types.base import Attribute, FieldType, Value
from messages_app.schema.validation import Invalid

MAX_LENGTH = 1024
# What programs write for "no value": it is no name of anything.
_MARKERS = ("\\N", "NULL", "N/A", "#N/A")
_LONGEST_MARKER = max(map(len, _MARKERS))
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text(FieldType):
    """Text that is not empty; spaces around it do not count, nor do invisible characters.

    With a ``pattern`` (messages_app/schema/types/patterns.py) all of it has to fit; with
    ``choices`` it has to be one of them.
    """

    max_length: int = MAX_LENGTH
    pattern: str = ""
    choices: tuple[str, ...] = ()

    name: ClassVar[str] = "text"
    rule_names: ClassVar[tuple[str, ...]] = ("max_length", "pattern", "choices")
    is_number: ClassVar[bool] = False

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        pattern = rules_of_types.pattern(rules)
        longest = patterns.MAX_TEXT if pattern else MAX_LENGTH
        max_length = rules_of_types.length(rules, longest)
        return cls(max_length, pattern, rules_of_types.choices(rules, cls(max_length, pattern)))

    def rules(self) -> dict[str, Any]:
        longest = patterns.MAX_TEXT if self.pattern else MAX_LENGTH
        rules: dict[str, Any] = {}
        if self.max_length != longest:
            rules["max_length"] = self.max_length
        if self.pattern:
            rules["pattern"] = self.pattern
        if self.choices:
            rules["choices"] = list(self.choices)
        return rules

    @property
    def key_length(self) -> int:
        return self.max_length

    @property
    def options(self) -> tuple[str, ...]:
        return self.choices

    def from_text(self, text: str) -> str:
        text = visible(text)
        if not text:
            raise Invalid("empty", "must not be empty")
        if len(text) <= _LONGEST_MARKER and text.upper() in _MARKERS:
            raise Invalid("no_value", f"is {text}, which stands for no value: write the value")
        if len(text) > self.max_length:
            raise self._too_long(text)
        if "\0" in text:
            raise Invalid("nul", "contains a NUL byte; remove it")
        if self.pattern or self.choices:
            self._check_rules(text)
        return text

    def from_json(self, data: object) -> str:
        """As from text, but that spaces count in its length."""
        if isinstance(data, str) and len(data) > self.max_length:
            raise self._too_long(data)
        return self.from_item(data)

    def from_item(self, data: object) -> str:
        if not isinstance(data, str):
            raise Invalid("not_text", "must be a string")
        if not data.isascii() and _SURROGATE.search(data):
            raise Invalid("not_text", "contains half a surrogate pair, which is not a character")
        return self.from_text(data)

    def to_attribute(self, value: Value) -> Attribute:
        return {"S": value}

    def example(self, name: str) -> str:
        return self.choices[0] if self.choices else f"{name}-1"[: self.max_length]

    def sent_schema(self) -> JSONSchema:
        rules: dict[str, Any] = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        if self.choices:
            rules["enum"] = list(self.choices)
        return {**json_schema.TEXT, "maxLength": self.max_length, **rules}

    def answered_schema(self) -> JSONSchema:
        return self.sent_schema()

    def _check_rules(self, text: str) -> None:
        if self.choices and text not in self.choices:
            raise Invalid("not_a_choice", f"must be one of {', '.join(self.choices)}")
        if self.pattern and not patterns.compiled(self.pattern).fullmatch(text):
            raise Invalid("pattern", f"does not fit the pattern {self.pattern}")

    def _too_long(self, text: str) -> Invalid:
        detail = f"has {len(text):,} characters, {self.max_length:,} are allowed"
        return Invalid("too_long", detail)
