"""Which kind a message is about: the one whose table it names."""

from typing import Any

from django.conf import settings

from common.errors import NotFound
from messages_app.kinds import registry
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.legacy.queue.operations import Operation
from messages_app.legacy.queue.reader import OperationReader
from messages_app.schema.record import QueueOrigin


class Readers:
    """Reads messages for the tables of all kinds; each kind is looked for once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[RecordKind, OperationReader]] = {}

    def read(self, method: str, body: object, origin: QueueOrigin) -> tuple[RecordKind, Operation]:
        """What is asked for, and of which kind. Raises Invalid with a sentence."""
        table = _table_of(body)
        if table not in self._known:
            kind = _kind_of(table)
            self._known[table] = kind, OperationReader(kind.schema, kind.table)
        kind, reader = self._known[table]
        return kind, reader.read(method, body, origin)


def _table_of(body: object) -> str:
    """The table that a message names; '' where it names none, or several."""
    if not isinstance(body, dict):
        return ""
    named: Any = body.get("TableName")
    requests = body.get("RequestItems")
    if isinstance(requests, dict) and len(requests) == 1:
        [named] = requests
    return named if isinstance(named, str) else ""


def _kind_of(table: str) -> RecordKind:
    """The built-in kind where the table is nobody's: its reader says so."""
    _, is_one_of_ours, name = table.partition(f"{settings.MESSAGES_TABLE}-")
    try:
        kind = registry.find(name) if is_one_of_ours else BUILTIN
    except NotFound:
        return BUILTIN
    return kind if kind.table == table else BUILTIN
