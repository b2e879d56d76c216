"""What happened to an import, in order: from its own timestamps and the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from audit.actor import DEAD_LETTER_KIND, IMPORT_KIND
from audit.models import AuditEntry
from ingestion.audit_log import CANCELLED, DISCARDED, REDROVE, RESTARTED, UPLOADED
from ingestion.models import Import, State
from ingestion.pages.text import counted, receipt_in_words

_DONE_BY_PEOPLE = {
    UPLOADED: "Uploaded",
    CANCELLED: "Cancelled",
    RESTARTED: "Run again",
    REDROVE: "Dead letter sent back",
    DISCARDED: "Dead letter discarded",
}
_AFTER = {
    State.FAILED.value: ", after it had failed",
    State.CANCELLED.value: ", after it had been cancelled",
}
_MOST = 100


@dataclass(frozen=True, slots=True)
class Event:
    """``at`` is None where only the order is known. ``kind`` is a state, or '' for others."""

    at: datetime | None
    what: str
    detail: str = ""
    kind: str = ""


def of_import(of: Import) -> list[Event]:
    """The oldest first; what goes on now comes last."""
    entries = _entries(of)
    events = [_arrived(of), *map(_by_somebody, entries)]
    if of.max_bytes is None and any(entry.action == UPLOADED for entry in entries):
        events.pop(0)  # the same moment, told in more detail
    if of.chunks_total:
        # Its time is not known. It comes behind the upload, soon or, run again, later.
        is_sent = [event.what == _DONE_BY_PEOPLE[UPLOADED] for event in events]
        events.insert(is_sent.index(True) + 1 if True in is_sent else 1, _planned(of))
    if of.resumes and of.is_running:
        times = counted(of.resumes, "time")
        events.append(
            Event(of.progress_at, "Resumed", f"by itself, {times} since its last progress")
        )
    is_told = of.state == State.CANCELLED and entries and entries[-1].action == CANCELLED
    return events if is_told else [*events, _now(of)]


def _entries(of: Import) -> list[AuditEntry]:
    found = AuditEntry.objects.filter(
        kind__in=(IMPORT_KIND, DEAD_LETTER_KIND), target=str(of.pk), action__in=_DONE_BY_PEOPLE
    )
    return list(found.order_by("-at", "-pk")[:_MOST])[::-1]


def _arrived(of: Import) -> Event:
    if of.max_bytes is not None:
        who = f"by {of.created_by.get_username()}" if of.created_by else ""
        return Event(of.created_at, "Upload announced", who)
    if of.created_by:
        return Event(of.created_at, "Uploaded", f"by {of.created_by.get_username()}")
    return Event(of.created_at, "Found in the bucket")


def _by_somebody(entry: AuditEntry) -> Event:
    door = " through the API" if entry.door == AuditEntry.Door.API else ""
    before = _AFTER.get(entry.detail.get("state", ""), "")
    kind = State.CANCELLED.value if entry.action == CANCELLED else ""
    return Event(
        entry.at, _DONE_BY_PEOPLE[entry.action], f"by {entry.user_name}{door}{before}", kind
    )


def _planned(of: Import) -> Event:
    chunks = counted(of.chunks_total, "chunk")
    if not of.is_planned:
        return Event(None, "Being planned", f"{chunks} so far")
    return Event(None, "Planned", f"{chunks}, {counted(of.lines_planned, 'line')}")


def _now(of: Import) -> Event:
    if of.state == State.DONE:
        return Event(of.finished_at, "Done", receipt_in_words(of.receipt), of.state)
    if of.state == State.FAILED:
        return Event(of.finished_at, "Failed", of.error_detail, of.state)
    if of.state == State.CANCELLED:
        return Event(of.finished_at, "Cancelled", "", of.state)
    if of.state == State.QUEUED:
        return Event(of.progress_at, "Waiting", _waits_for(of), of.state)
    written = f"{of.chunks_done:,} of {counted(of.chunks_total, 'chunk')} written"
    return Event(of.progress_at, "Last progress", written, of.state)


def _waits_for(of: Import) -> str:
    return "for a worker" if of.identity else "for its file"
