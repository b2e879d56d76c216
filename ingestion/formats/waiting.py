"""Imports that wait until a person says what their files are."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.tracing import request_id
from ingestion.formats.models import Format, FormatVersion
from ingestion.formats.recognition import Waits
from ingestion.models import Import, State
from ingestion.reading.formats.names import normal_name
from ingestion.running.ended import telling
from ingestion.running.progress import Queue

# More in a header are not shown.
_NAMES_KEPT = 200


def wait(import_: Import, waits: Waits) -> None:
    """Have an import that is being planned wait, unless it was cancelled meanwhile."""
    waiting_for = {
        "code": waits.code,
        "detail": waits.detail,
        "header": waits.header[:_NAMES_KEPT],
        "format": waits.format.pk if waits.format else None,
        "can_accept": waits.drift is not None and not waits.drift.unread,
    }
    with transaction.atomic():
        found = Import.objects.filter(pk=import_.pk, state=State.PLANNING, is_planned=False)
        waits_now = found.update(
            state=State.WAITING,
            waiting_for=waiting_for,
            waiting_on=_digest(import_, waits),
            encoding=import_.encoding,
            on_conflict=import_.on_conflict,
            progress_at=timezone.now(),
        )
        if waits_now:
            telling.tell_of(import_)


def alike(import_: Import) -> QuerySet[Import]:
    """The imports that wait for the same answer, this one among them."""
    waiting = Import.objects.filter(state=State.WAITING)
    if not import_.waiting_on:
        return waiting.filter(pk=import_.pk)
    return waiting.filter(waiting_on=import_.waiting_on)


def go_on(
    import_: Import, version: FormatVersion, queue: Queue, *, is_for_all: bool
) -> list[Import]:
    """Let a waiting import be read by a format, and all that wait for the same. Those that went
    on: none when it did not wait any more. Raises ServiceError; what was not sent then is sent by
    recovery."""
    found = list(alike(import_) if is_for_all else alike(import_).filter(pk=import_.pk))
    went = [
        one
        for one in found
        if Import.objects.filter(pk=one.pk, state=State.WAITING).update(
            state=State.QUEUED,
            format_version=version,
            waiting_for={},
            waiting_on="",
            progress_at=timezone.now(),
            request_id=request_id.current() or one.request_id,
        )
    ]
    for one in went:
        queue.plan(str(one.pk))
    return went


def format_of(import_: Import) -> Format | None:
    """The format with which a waiting import's file was compared."""
    pk = import_.waiting_for.get("format")
    return Format.objects.filter(pk=pk, is_retired=False).first() if pk else None


def _digest(import_: Import, waits: Waits) -> str:
    names = [normal_name(name) for name in waits.header]
    parts: list[Any] = [waits.code, names, waits.format.pk if waits.format else None]
    if not names:  # nothing tells that another file is of the same form
        parts.append(str(import_.pk))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
