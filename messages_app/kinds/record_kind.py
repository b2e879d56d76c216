"""A kind of record, as everything but its making takes it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from common.aws.clients import dynamodb_client
from messages_app.kinds import reporting
from messages_app.schema import definition
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.schema import MESSAGES, Schema
from messages_app.store.expiring import retention
from messages_app.store.partitions import spread
from messages_app.store.repository import RecordRepository


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One version of a kind."""

    name: str
    label: str
    version: int
    schema: Schema

    @property
    def is_builtin(self) -> bool:
        return self.name == MESSAGES

    @property
    def table(self) -> str:
        return table_of(self.name)

    @property
    def repository(self) -> RecordRepository:
        """Of the kind's own table. It costs nothing to make: clients are shared."""
        client, once = dynamodb_client(), dynamodb_client("once")
        return RecordRepository(client, self.table, self.schema, batch_client=once, kind=self.name)

    @property
    def retention_days(self) -> int | None:
        """For how many days records are kept; None for ever."""
        return retention.days_of(self.name)

    @property
    def partitions(self) -> int:
        """How many partitions a day has, or will have when its records have moved."""
        return spread.partitioning_of(self.name).count

    def as_json(self, partitions: int | None = None) -> dict[str, Any]:
        """As the API gives it; ``partitions`` is how many, where that is known."""
        return {
            "name": self.name,
            "label": self.label,
            **definition.as_json(self.schema),
            "retention_days": self.retention_days,
            "partitions": self.partitions if partitions is None else partitions,
            **reporting.as_json(self.name),
            "version": self.version,
            "is_builtin": self.is_builtin,
        }


BUILTIN = RecordKind(MESSAGES, "Messages", 1, MESSAGE)


def table_of(name: str) -> str:
    """The table of a kind: the built-in one keeps the configured name, which no other can have."""
    table: str = settings.MESSAGES_TABLE
    return table if name == MESSAGES else f"{table}-{name}"
