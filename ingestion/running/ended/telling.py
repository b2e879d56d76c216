"""What people are told of an import: that it ended, failed, waits or is held. Each is told in the
transaction in which it came to be, so that it is told once, whoever dies meanwhile."""

from typing import Any

from django.urls import reverse

from common.pages.text import counted
from ingestion.aws.object_keys import UPLOAD_PREFIX
from ingestion.models import TOO_MANY_REJECTS, Import, State
from notices.events import Event, tell

# The errors of imports with a task among the dead letters.
_DEAD_LETTERS = ("dead_letter", "undo_dead_letter")
_LONGEST_KEY = 160
_EVENTS = {
    State.DONE: Event.IMPORT_DONE,
    State.FAILED: Event.IMPORT_FAILED,
    State.WAITING: Event.IMPORT_WAITS,
    State.HELD: Event.IMPORT_HELD,
}


def tell_of(import_: Import) -> None:
    """Tell of the state in which an import is by now. Nothing of a forecast: whoever asked for it
    looks at it."""
    now = Import.objects.select_related("format_version__format").get(pk=import_.pk)
    if now.dry_run and now.hold_above is None:
        return
    version = now.format_version
    is_known = now.kind_version > 0 or now.is_kind_said
    tell(
        Event.DEAD_LETTER if now.error_code in _DEAD_LETTERS else _EVENTS[State(now.state)],
        _subject(now),
        path=reverse("import", args=[now.pk]),
        key=f"import {now.pk} {now.state} {now.error_code} {_moment(now)}",
        kind=now.kind if is_known else "",
        format_name=version.format.name if version else "",
        payload=_payload(now),
    )


def _subject(import_: Import) -> str:
    key = import_.file_name if import_.key.startswith(UPLOAD_PREFIX) else import_.key
    key = key if len(key) <= _LONGEST_KEY else f"…{key[-_LONGEST_KEY:]}"
    if import_.state == State.DONE:
        rejected = f", {import_.rejected:,} rejected" if import_.rejected else ""
        return f"{key}: {counted(import_.read, 'row')} read{rejected}"
    if import_.state == State.WAITING:
        return f"{key} waits for an answer: {import_.waiting_for.get('detail', '')}"
    what = "is held" if import_.state == State.HELD else "failed"
    return f"{key} {what}: {import_.error_detail}"


def _moment(import_: Import) -> str:
    """What tells this end from others of the same import. Rows are counted behind the end of one
    that stopped for its rejects, which does not end anew by that."""
    if import_.error_code == TOO_MANY_REJECTS:
        return import_.request_id
    at = import_.undo_ended_at or import_.finished_at or import_.progress_at
    return at.isoformat()


def _payload(import_: Import) -> dict[str, Any]:
    error = {"code": import_.error_code, "detail": import_.error_detail}
    waiting = {name: import_.waiting_for.get(name, "") for name in ("code", "detail")}
    return {
        "import": str(import_.pk),
        "key": import_.key,
        "state": import_.state,
        "receipt": import_.receipt.as_dict(),
        "error": error if import_.error_code else None,
        "waiting_for": waiting if import_.waiting_for else None,
    }
