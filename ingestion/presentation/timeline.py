"""What happened to an import, in order: from its own timestamps and the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from audit.actor import DEAD_LETTER_KIND, IMPORT_KIND
from audit.models import AuditEntry
from common.pages.text import counted
from ingestion.models import Import, State
from ingestion.presentation import undo_detail
from ingestion.presentation.receipt import receipt_in_words
from ingestion.running.audit_log import (
    CANCELLED,
    DISCARDED,
    FORMAT_CHOSEN,
    MADE_REAL,
    REDROVE,
    REJECTS_LET_GO,
    REJECTS_LOADED,
    RESTARTED,
    TAKEN_BACK,
    UNDO_STOPPED,
    UPLOADED,
    VERIFICATION_STOPPED,
    VERIFIED,
)

_DONE_BY_PEOPLE = {
    UPLOADED: "Uploaded",
    CANCELLED: "Cancelled",
    RESTARTED: "Run again",
    MADE_REAL: "Imported after the forecast",
    VERIFIED: "Verification begun",
    VERIFICATION_STOPPED: "Verification stopped",
    FORMAT_CHOSEN: "Format chosen",
    REJECTS_LOADED: "Mended rows loaded",
    REJECTS_LET_GO: "Rejected rows let go",
    REDROVE: "Dead letter sent back",
    DISCARDED: "Dead letter discarded",
    TAKEN_BACK: "Taking back begun",
    UNDO_STOPPED: "Taking back stopped",
}
_AFTER = {
    State.FAILED.value: ", after it had failed",
    State.CANCELLED.value: ", after it had been cancelled",
}
_MOST = 100


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """``at`` is None where only the order is known. ``kind`` is a state, or '' for others."""

    at: datetime | None
    what: str
    detail: str = ""
    kind: str = ""


def of_import(import_: Import) -> list[TimelineEvent]:
    """The oldest first; what goes on now comes last."""
    entries = _entries(import_)
    events = [_arrived(import_), *map(_by_somebody, entries)]
    if import_.max_bytes is None and any(entry.action == UPLOADED for entry in entries):
        events.pop(0)  # the same moment, told in more detail
    if import_.chunks_total:
        # Its time is not known. It comes behind the upload, soon or, run again, later.
        is_sent = [event.what == _DONE_BY_PEOPLE[UPLOADED] for event in events]
        events.insert(is_sent.index(True) + 1 if True in is_sent else 1, _planned(import_))
    if import_.resumes and import_.is_running:
        times = counted(import_.resumes, "time")
        events.append(
            TimelineEvent(
                import_.progress_at, "Resumed", f"by itself, {times} since its last progress"
            )
        )
    events = _with_its_end(import_, events)
    last = entries[-1].action if entries else ""
    is_told = import_.state == State.CANCELLED and last in (CANCELLED, UNDO_STOPPED)
    return events if is_told else [*events, _now(import_)]


def _with_its_end(import_: Import, events: list[TimelineEvent]) -> list[TimelineEvent]:
    """Of an import that is or was taken back, its end before that."""
    end = import_.finished_at
    if import_.undo is None or end is None:
        return events
    place = len(events)
    while place and (at := events[place - 1].at) is not None and at > end:
        place -= 1
    ended = TimelineEvent(end, "Ended", receipt_in_words(import_), State.DONE.value)
    return [*events[:place], ended, *events[place:]]


def _entries(import_: Import) -> list[AuditEntry]:
    found = AuditEntry.objects.filter(
        kind__in=(IMPORT_KIND, DEAD_LETTER_KIND), target=str(import_.pk), action__in=_DONE_BY_PEOPLE
    )
    return list(found.order_by("-at", "-pk")[:_MOST])[::-1]


def _arrived(import_: Import) -> TimelineEvent:
    if import_.max_bytes is not None:
        who = f"by {import_.created_by.get_username()}" if import_.created_by else ""
        return TimelineEvent(import_.created_at, "Upload announced", who)
    if import_.created_by:
        return TimelineEvent(
            import_.created_at, "Uploaded", f"by {import_.created_by.get_username()}"
        )
    return TimelineEvent(import_.created_at, "Found in the bucket")


def _by_somebody(entry: AuditEntry) -> TimelineEvent:
    channel = " via API" if entry.channel == AuditEntry.Channel.API else ""
    before = _AFTER.get(entry.detail.get("state", ""), "")
    kind = State.CANCELLED.value if entry.action == CANCELLED else ""
    return TimelineEvent(
        entry.at, _DONE_BY_PEOPLE[entry.action], f"by {entry.user_name}{channel}{before}", kind
    )


def _planned(import_: Import) -> TimelineEvent:
    chunks = counted(import_.chunks_total, "chunk")
    if not import_.is_planned:
        return TimelineEvent(None, "Being planned", f"{chunks} so far")
    return TimelineEvent(None, "Planned", f"{chunks}, {counted(import_.lines_planned, 'line')}")


def _now(import_: Import) -> TimelineEvent:
    if import_.undo is not None:
        return _now_undone(import_)
    if import_.state == State.DONE:
        return TimelineEvent(
            import_.finished_at,
            "Forecast" if import_.dry_run else "Done",
            receipt_in_words(import_),
            import_.state,
        )
    if import_.state == State.FAILED:
        return TimelineEvent(import_.finished_at, "Failed", import_.error_detail, import_.state)
    if import_.state == State.CANCELLED:
        return TimelineEvent(import_.finished_at, "Cancelled", "", import_.state)
    if import_.state == State.WAITING:
        detail = import_.waiting_for.get("detail", "")
        return TimelineEvent(import_.progress_at, "Waiting for its format", detail, import_.state)
    if import_.state == State.HELD:
        return TimelineEvent(import_.finished_at, "Held", receipt_in_words(import_), import_.state)
    if import_.state == State.QUEUED:
        return TimelineEvent(import_.progress_at, "Waiting", _waits_for(import_), import_.state)
    verb = "compared" if import_.dry_run else "written"
    written = f"{import_.chunks_done:,} of {counted(import_.chunks_total, 'chunk')} {verb}"
    return TimelineEvent(import_.progress_at, "Last progress", written, import_.state)


def _now_undone(import_: Import) -> TimelineEvent:
    if import_.state == State.UNDOING:
        sentence = f"{undo_detail.in_words(import_)} so far"
        return TimelineEvent(import_.progress_at, "Being taken back", sentence, import_.state)
    if import_.state == State.UNDONE:
        sentence = undo_detail.in_words(import_)
        return TimelineEvent(import_.undo_ended_at, "Taken back", sentence, import_.state)
    what = "Taking back stopped" if import_.state == State.CANCELLED else "Taking back failed"
    return TimelineEvent(import_.undo_ended_at, what, import_.error_detail, import_.state)


def _waits_for(import_: Import) -> str:
    return "for a worker" if import_.identity else "for its file"
