"""What a file leaves open: questions whose choices are changes of a format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """``value`` is merged into the format's JSON; ``example`` is what a real value becomes."""

    text: str
    value: Mapping[str, Any]
    example: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "value": dict(self.value), "example": self.example}


@dataclass(frozen=True, slots=True)
class Question:
    """``chosen`` is the place of the choice that is likely; None where two are as likely."""

    code: str
    field: str
    text: str
    choices: Sequence[Choice]
    chosen: int | None = None

    @property
    def name(self) -> str:
        """What tells it from the other questions of a file."""
        return f"{self.code}.{self.field}" if self.field else self.code

    def as_json(self) -> dict[str, Any]:
        choices = [choice.as_json() for choice in self.choices]
        return {
            "code": self.code,
            "field": self.field,
            "text": self.text,
            "choices": choices,
            "chosen": self.chosen,
        }


def merged(options: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Options with a choice's changes: objects are merged, other values take the place. What is
    null then is as if it were not there."""
    result = dict(options)
    for name, value in change.items():
        old = result.get(name)
        is_both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[name] = merged(old or {}, value) if is_both else value
    return result
