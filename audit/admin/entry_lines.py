"""What an entry of the audit trail has to say besides who did what, line by line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A name with its value; ``before`` is None but where the value was changed."""

    name: str
    value: str
    before: str | None = None


def lines(entry: AuditEntry) -> list[EntryLine]:
    return list(_lines(entry.detail))


def _lines(detail: dict[str, Any]) -> Iterator[EntryLine]:
    for name, value in detail.items():
        if name == "values" and isinstance(value, dict):
            yield from (_of_field(field, change) for field, change in value.items())
        else:
            yield EntryLine(name, _text(value))


def _of_field(name: str, change: Any) -> EntryLine:
    if isinstance(change, list) and len(change) == 2:
        return EntryLine(name, _text(change[1]), _text(change[0]))
    return EntryLine(name, _text(change))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
