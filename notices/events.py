"""The door for whatever happens: those who raise an event know nothing of who is told, and how."""

from collections.abc import Mapping
from typing import Any

from notices.models import Event, Occurrence

__all__ = ["Event", "tell"]

_LONGEST_SUBJECT = 300
_NOTHING: Mapping[str, Any] = {}


def tell(
    event: Event,
    subject: str,
    *,
    path: str,
    key: str,
    kind: str = "",
    format_name: str = "",
    payload: Mapping[str, Any] = _NOTHING,
) -> None:
    """Have people told, once for each ``key`` (at most 200 characters).

    Call it within the transaction that makes it true: it is one INSERT, and nothing goes over the
    network. ``subject`` is a line for people, ``path`` that of the page in question
    (``/imports/…/``), ``payload`` JSON for programs. ``kind`` and ``format_name`` are the names of
    what it concerns, by which people choose.
    """
    occurrence = Occurrence(
        key=key,
        event=event,
        kind=kind,
        format=format_name,
        subject=subject[:_LONGEST_SUBJECT],
        path=path,
        payload=dict(payload),
    )
    Occurrence.objects.bulk_create([occurrence], ignore_conflicts=True)
