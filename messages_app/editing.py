"""Records that people and programs make, change and delete one by one, each with its entry in the
audit trail. API, pages and admin all come here."""

from django.conf import settings

from audit.actor import MESSAGE_KIND, RECORD_KIND, Actor
from common.deadline import Deadline
from common.errors import Conflict
from messages_app import batch_write
from messages_app.kinds import devices
from messages_app.schema import extra_columns
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import Record
from messages_app.schema.schema import MESSAGES, Changes
from messages_app.schema.types import as_text
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.expiring import retention
from messages_app.store.repository import RecordRepository


class Editor:
    """The repository in the hands of somebody. Methods raise what the repository's do."""

    def __init__(self, repository: RecordRepository, actor: Actor) -> None:
        self._repository = repository
        self._actor = actor

    def insert(self, record: Record) -> bool:
        """Store a new record; False when an equal one is there already. Raises Conflict and
        Expired."""
        retention.check(record.date, self._repository.kind)
        is_new = self._repository.insert(record)
        devices.hear(self._repository.kind, self._repository.schema, [record])
        if is_new:
            log_created(self._actor, record, self._repository.kind)
        return is_new

    def insert_or_keep(self, record: Record) -> InsertResult:
        """Store a new record, beside the one that has its key if that is a different one.

        Raises Conflict when the keys beside it are taken too, and Expired.
        """
        retention.check(record.date, self._repository.kind)
        deadline = Deadline(settings.AWS_WEB_SECONDS)
        [placed] = batch_write.write(self._repository, [record], "keep", deadline)
        if placed.outcome == "key_conflict":
            raise Conflict(f"other records have the key {target_of(record)}", placed.key)
        if placed.outcome != "unchanged":
            log_created(self._actor, record.with_time(placed.key[1]), self._repository.kind)
        return placed

    def update(self, record: Record, changes: Changes, *, only_if_same: bool = False) -> Record:
        """Set some fields, or take their values away. Raises NotFound, and PreconditionFailed with
        ``only_if_same``."""
        changed = self._repository.update(record, changes, only_if_same=only_if_same)
        self._log("changed", record, _changed(record, changes))
        return changed

    def delete(self, record: Record, *, only_if_same: bool = False) -> None:
        """Delete a record. Raises NotFound, and PreconditionFailed with ``only_if_same``."""
        self._repository.delete(record, only_if_same=only_if_same)
        self._log("deleted", record, _texts(record))

    def _log(self, action: str, record: Record, values: object) -> None:
        kind = audit_kind(self._repository.kind)
        self._actor.log(action, kind, target_of(record), values=values)


def audit_kind(kind: str) -> str:
    """What the audit trail calls the records of a kind."""
    return MESSAGE_KIND if kind == MESSAGES else f"{RECORD_KIND}{kind}"


def log_created(actor: Actor, stored: Record, kind: str = MESSAGES) -> None:
    """Write down that a record was made; it has the key that it is stored under."""
    actor.log("created", audit_kind(kind), target_of(stored), values=_texts(stored))


def target_of(record: Record) -> str:
    """How the audit trail names a record."""
    return f"{record.date} {record.time}"


def _texts(record: Record) -> dict[str, str]:
    extra = {EXTRA_COLUMNS: extra_columns.as_text(record.extra)} if record.extra else {}
    return {**{name: as_text(value) for name, value in record.values.items()}, **extra}


def _changed(before: Record, after: Changes) -> dict[str, list[str]]:
    """The fields that differ, each with its text before and after."""
    return {
        name: [before.text(name), "" if value is None else as_text(value)]
        for name, value in after.items()
        if before.values.get(name) != value
    }
