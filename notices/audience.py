"""Who may be told of what: those who may see the page in question."""

from collections.abc import Callable
from typing import Any

from notices.models import Event, Occurrence

_IMPORTS = "ingestion.view_import"
_PERMISSIONS = {
    Event.DEAD_LETTER: "ingestion.change_import",
    Event.DEVICE_OVERDUE: "messages_app.view_message",
}
# Told of these by their kind, whose records may be for some people alone.
_OF_RECORDS = (Event.DEVICE_OVERDUE, Event.BACK)

_MayView = Callable[[Any, str], bool]
_checks: list[_MayView] = []


def checked_by(may_view: _MayView) -> None:
    """Ask this too whether a user may see the records of a kind, by its name."""
    _checks[:] = [may_view]


def may_know(user: Any, occurrence: Occurrence) -> bool:
    """Whether a user may be told. Users that are not active may nothing."""
    event = Event(occurrence.event)
    if occurrence.kind and event in _OF_RECORDS and _checks:
        return bool(user.is_active) and all(check(user, occurrence.kind) for check in _checks)
    return bool(user.has_perm(_PERMISSIONS.get(event, _IMPORTS)))


def may_know_of(user: Any) -> list[Event]:
    """The events that a user may choose."""
    return [
        event
        for event in Event
        if event in _OF_RECORDS or user.has_perm(_PERMISSIONS.get(event, _IMPORTS))
    ]
