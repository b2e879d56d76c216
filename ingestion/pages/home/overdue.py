"""What is overdue, and why, for the overview."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.http import urlencode

from common.pages.text import counted
from ingestion.pages.home.matter import Matter
from ingestion.presentation.devices import standstill
from ingestion.running.unannounced import causes
from ingestion.running.unannounced.causes import Cause
from messages_app.kinds.access import viewable
from silence.models import Device, FileDue

# Kinds and files that are told of; the page of devices has all of them.
_MOST = 3
_NAMED = 3


def matters(user: Any) -> list[Matter]:
    """Files, and devices by their kind, as far as the user may see them."""
    sentence = standstill()
    found = [Matter(sentence)] if sentence else []
    if user.has_perm("ingestion.view_format"):
        found += _files()
    if user.has_perm("silence.view_device"):
        found += _devices(user)
    return found


def _files() -> list[Matter]:
    files = list(FileDue.objects.filter(overdue_at__isnull=False).order_by("due_at")[:_MOST])
    if not files:
        return []
    names, why = causes.names_of(files), causes.of_files(files)
    return [
        Matter(
            f"A file of the format {names[one.pk][0]} is overdue. {why[one.pk].sentence}",
            reverse("format", args=[one.pk]),
            "See the format",
        )
        for one in files
        if one.pk in names
    ]


def _devices(user: Any) -> list[Matter]:
    by_kind: dict[str, list[Any]] = {}
    for one in _first_of_each_kind():
        by_kind.setdefault(one.kind, []).append(one)
    shown = sorted(viewable(user, by_kind))[:_MOST] if by_kind else []
    why = causes.of_devices([one for kind in shown for one in by_kind[kind]])
    return [_of_kind(kind, by_kind[kind], why) for kind in shown]


def _first_of_each_kind() -> "QuerySet[Any]":
    """The first few that are overdue, each with how many of its kind there are."""
    kind = F("kind")
    overdue = Device.objects.filter(overdue_at__isnull=False)
    overdue = overdue.annotate(
        count=Window(Count("pk"), partition_by=kind),
        place=Window(RowNumber(), partition_by=kind, order_by="name"),
    )
    return overdue.filter(place__lte=_NAMED).order_by("kind", "name")


def _of_kind(kind: str, some: Sequence[Any], why: Mapping[int, Cause]) -> Matter:
    count = some[0].count
    verb = "is" if count == 1 else "are"
    sentences = "; ".join(f"{one.label}: {why[one.pk].sentence.rstrip('.')}" for one in some)
    others = f"; and {count - len(some):,} more" if count > len(some) else ""
    sentence = f"{counted(count, 'device')} of {kind} {verb} overdue. {sentences}{others}."
    link = f"{reverse('devices')}?{urlencode({'kind': kind, 'state': 'overdue'})}"
    return Matter(sentence, link, "See them" if count > 1 else "See it")
