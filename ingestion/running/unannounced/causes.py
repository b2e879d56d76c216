"""Why a device or a file is overdue, as far as imports tell: no file came, a file came without it,
or its rows were rejected. Read for some devices at a time, in a few statements a kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Max

from ingestion.formats.models import Format
from ingestion.models import Import, State
from silence.models import Device, FileDue

Code = Literal["rejected", "without_it", "failed", "waiting", "others_came", "nothing_came"]
# Imports that wait, among which one of a format is looked for.
_MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """``sentence`` is for people; ``import_id`` is that of the file in question, if any."""

    code: Code
    sentence: str
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a kind last."""

    file: Import | None
    others_at: datetime | None


def of_devices(devices: Sequence[Device]) -> Mapping[int, Cause]:
    """By their primary keys."""
    kinds = {one.kind for one in devices}
    latest = Device.objects.filter(kind__in=kinds).order_by().values("kind")
    others = {one["kind"]: one["at"] for one in latest.annotate(at=Max("arrived_at"))}
    came = {kind: _Came(_last_file(kind), others.get(kind)) for kind in sorted(kinds)}
    return {one.pk: _of_device(one, came[one.kind]) for one in devices}


def of_files(files: Iterable[FileDue]) -> Mapping[int, Cause]:
    """By the numbers of their formats."""
    waiting = Import.objects.filter(state=State.WAITING).order_by("-created_at")
    by_format = {
        one.waiting_for["format"]: one
        for one in reversed(waiting.defer("layout")[:_MOST_WAITING])
        if one.waiting_for.get("format") is not None
    }
    return {one.pk: _of_file(one, by_format.get(one.pk)) for one in files}


def names_of(files: Iterable[FileDue]) -> Mapping[int, tuple[str, str]]:
    """The name and the kind of formats, by their numbers."""
    found = Format.objects.filter(pk__in=[one.pk for one in files])
    return {pk: (name, kind) for pk, name, kind in found.values_list("pk", "name", "kind")}


def _last_file(kind: str) -> Import | None:
    """That was imported, or was to be."""
    own = Import.objects.filter(kind=kind, dry_run=False, parent=None)
    ended = own.filter(state__in=(State.DONE, State.FAILED)).order_by("-created_at")
    return ended.only("key", "state", "created_at", "modified_at", "error_detail").first()


def _of_device(device: Device, came: _Came) -> Cause:
    since, file = device.arrived_at, came.file
    if device.rejected_at is not None and device.rejected_at > since:
        sentence = f"Its rows were rejected: {device.rejected_for}."
        return Cause("rejected", sentence, device.rejected_by)
    if file is not None and _arrival(file) >= since and not _brought(file, device):
        return _of_its_file(file)
    if came.others_at is not None and came.others_at > _well_behind(device):
        sentence = f"Others of its kind sent records, {_said(came.others_at)}; it did not."
        return Cause("others_came", sentence)
    return Cause("nothing_came", f"No {'file' if file else 'record'} of its kind came since.")


def _brought(file: Import, device: Device) -> bool:
    """Whether the device was in the file. (Times of S3 have whole seconds.)"""
    return any(source == str(file.pk) for _, source in device.moments)


def _of_its_file(file: Import) -> Cause:
    if file.state == State.FAILED:
        return _failed(file)
    sentence = f"A file came without it, {_said(_arrival(file))}: {file.file_name}."
    return Cause("without_it", sentence, str(file.pk))


def _well_behind(device: Device) -> datetime:
    """Whoever was heard of later than that did not fall silent with it."""
    wait = max(timedelta(), (device.due_at or device.arrived_at) - device.arrived_at)
    return device.arrived_at + wait / 2


def _of_file(file: FileDue, waiting: Import | None) -> Cause:
    if waiting is not None:
        sentence = f"{waiting.file_name} came, and waits until somebody says how to read it."
        return Cause("waiting", sentence, str(waiting.pk))
    own = Import.objects.filter(format_version__format=file.pk, state=State.FAILED, dry_run=False)
    failed = own.order_by("-created_at").first() if file.last_at is None else None
    if failed is not None:
        return _failed(failed)
    if file.last_at is None:
        return Cause("nothing_came", "No file came since it is watched.")
    return Cause("nothing_came", f"No file came since {_said(file.last_at)}.")


def _failed(import_: Import) -> Cause:
    sentence = f"{import_.file_name} came, and its import failed: {import_.error_detail}"
    return Cause("failed", sentence, str(import_.pk))


def _arrival(import_: Import) -> datetime:
    return import_.modified_at or import_.created_at


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
