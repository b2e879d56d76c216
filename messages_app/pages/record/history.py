"""What the audit trail knows of a record, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.models import AuditEntry
from messages_app.editing import audit_kind, target_of
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.record import Record
from messages_app.schema.schema import Schema
from messages_app.schema.types import as_text

_MAX_ENTRIES = 50
_CHANNELS = {
    AuditEntry.Channel.PAGE: "via web",
    AuditEntry.Channel.API: "via API",
    AuditEntry.Channel.ADMIN: "via admin",
    AuditEntry.Channel.INBOX: "via inbox",
}


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A field and its value; ``before`` is None where the record was made or deleted."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    at: datetime
    user: str
    action: str
    channel: str
    changes: list[ValueChange]


def of_key(kind: RecordKind, date: str, time: str) -> list[HistoryEvent]:
    """What was done to the record with this key, newest first. It may be gone."""
    return [_event(kind.schema, entry) for entry in _entries(kind, date, time)[:_MAX_ENTRIES]]


def last_change(kind: RecordKind, record: Record) -> HistoryEvent | None:
    """Who made the record what it is now, as far as the audit trail tells: imports write nothing
    there, so that its newest entry may be older than the present values."""
    schema = kind.schema
    entry = _entries(kind, *record.key).first()
    if entry is None:
        return None
    event = _event(schema, entry)
    now = {schema.by_name[name].label: as_text(value) for name, value in record.values.items()}
    is_explained = all(now.get(change.label, "") == change.after for change in event.changes)
    return event if is_explained and event.changes else None


def _entries(kind: RecordKind, date: str, time: str) -> QuerySet[AuditEntry]:
    target = target_of(Record(date, time, {}))
    return AuditEntry.objects.filter(kind=audit_kind(kind.name), target=target)


def _event(schema: Schema, entry: AuditEntry) -> HistoryEvent:
    channel = _CHANNELS.get(AuditEntry.Channel(entry.channel), "")
    return HistoryEvent(
        entry.at, entry.user_name, entry.action, channel, list(_changes(schema, entry.detail))
    )


def _changes(schema: Schema, detail: Any) -> Iterator[ValueChange]:
    for name, value in detail.get("values", {}).items():
        label = schema.by_name[name].label if name in schema.by_name else name
        if isinstance(value, list):
            yield ValueChange(label, value[0], value[1])
        else:
            yield ValueChange(label, None, value)
