"""The door for whatever happens: those who raise an event know nothing of who is told, and how."""

from collections.abc import Iterable, Mapping
from typing import Any

from common.pages.text import shortened
from notices.models import Event, Occurrence

__all__ = ["Event", "happening", "tell", "tell_all"]

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
    names = {"kind": kind, "format_name": format_name}
    tell_all([happening(event, subject, path=path, key=key, payload=payload, **names)])


def happening(
    event: Event,
    subject: str,
    *,
    path: str,
    key: str,
    kind: str = "",
    format_name: str = "",
    payload: Mapping[str, Any] = _NOTHING,
) -> Occurrence:
    """What :func:`tell` takes, to be told with others."""
    return Occurrence(
        key=key,
        event=event,
        kind=kind,
        format=format_name,
        subject=shortened(_one_line(subject), _LONGEST_SUBJECT - 1),
        path=path,
        payload=dict(payload),
    )


def tell_all(happenings: Iterable[Occurrence]) -> None:
    """:func:`tell` of several, in one INSERT."""
    Occurrence.objects.bulk_create(happenings, ignore_conflicts=True)


def _one_line(text: str) -> str:
    """It becomes the subject of a mail; names of files may have line breaks."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
