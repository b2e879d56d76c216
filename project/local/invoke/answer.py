"""What comes of an event, as a function behind API Gateway would have returned it."""

import json
from dataclasses import dataclass
from typing import Any, Self


class NotInvoked(Exception):
    """An event cannot be sent; the message says why."""


@dataclass(frozen=True, slots=True)
class InvokeResponse:
    """An HTTP status code, and a body."""

    status: int
    body: str

    @classmethod
    def with_json(cls, status: int, content: Any) -> Self:
        """With a body of JSON."""
        return cls(status, json.dumps(content, ensure_ascii=False))

    @property
    def line(self) -> str:
        """One line of JSON."""
        return json.dumps({"statusCode": self.status, "body": self.body}, ensure_ascii=False)
