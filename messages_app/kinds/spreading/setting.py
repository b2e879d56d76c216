"""How many partitions a day of a kind has, said when it is made."""

from collections.abc import Mapping
from typing import Any

from common.digits import number_or_text
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.definition import whole_number
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import MOST_PARTITIONS, Partitioning

MEMBER = "partitions"


def checked(data: object) -> int:
    """Raises BadDefinition."""
    return whole_number(MEMBER, data, MOST_PARTITIONS)


def read(text: str) -> object:
    """What was typed, to be checked."""
    return number_or_text(text, MOST_PARTITIONS)


def keep(kind: str, count: int) -> None:
    """Of a new kind, before there is a record."""
    if count > 1:
        spread.write_down(kind, Partitioning(count))


def refusal(kind: RecordKind, data: Mapping[str, Any]) -> str:
    """Why this cannot be changed as ``data`` says, '' where it says nothing else. Raises
    BadDefinition."""
    if MEMBER not in data or (count := checked(data[MEMBER])) == kind.partitions:
        return ""
    return (
        f"Its records have to move to {count} partitions a day, which takes time: ask an operator"
        f" to run manage.py spread {kind.name} {count}. The kind can be used meanwhile."
    )
