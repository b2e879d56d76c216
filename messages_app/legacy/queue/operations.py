"""What messages of other producers can ask for."""

from dataclasses import dataclass, field

from messages_app.schema.record import Record
from messages_app.schema.schema import Values

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Write:
    """Records to be made, and keys whose records are to be deleted."""

    inserts: tuple[Record, ...] = ()
    deletes: tuple[Key, ...] = ()

    @property
    def keys(self) -> set[Key]:
        return {record.key for record in self.inserts} | set(self.deletes)


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of one record to be set."""

    key: Key
    values: Values = field(hash=False)

    @property
    def keys(self) -> set[Key]:
        return {self.key}


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One record to be read."""

    key: Key

    @property
    def keys(self) -> set[Key]:
        return {self.key}


@dataclass(frozen=True, slots=True)
class ReadAll:
    """All records to be read, from behind a key on, in the table's own order."""

    start: Key | None
    limit: int | None

    @property
    def keys(self) -> set[Key]:
        return set()


Operation = Write | Change | ReadRecord | ReadAll
