"""Devices and files that should have come and did not: a listener looks for them by turns."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from common.deadline import Deadline
from common.pages.text import counted
from ingestion.models import RUNNING, Import
from ingestion.running.unannounced import causes
from notices.events import Event, tell
from silence import checking, folding, watch
from silence.backlog import Backlog
from silence.checking import DevicesNoticed, FileNoticed, Noticed
from silence.models import Device

# Between two looks.
_PAUSE = timedelta(seconds=15)
# Of a turn, to add what was heard.
_FOLDING_SECONDS = 3.0
_NAMED = 3


def take_turn(*, is_idle: bool, now: datetime | None = None) -> None:
    """Add what was heard of devices to what is known; now and then, look for what is overdue.

    ``is_idle`` says that no event of the bucket waits to be read.
    """
    now = now or timezone.now()
    # Asked first: what ends in between has been heard of by then.
    backlog = _backlog()
    deadline = Deadline(_FOLDING_SECONDS)
    while folding.fold_some():
        if deadline.passed:  # nobody is judged before all is known
            return
    last = watch.known()
    if last is None or now - last.checked_at >= _PAUSE:
        checking.notice_overdue(now, backlog, _tell, is_idle=is_idle)


def _backlog() -> Backlog:
    """Since when files wait to be imported. Of one that is not planned yet it is not known of what
    kind it is. An upload that has not come is not waited for."""
    waiting = Import.objects.filter(state__in=RUNNING, dry_run=False).exclude(identity="")
    oldest = waiting.order_by().values("kind", "kind_version").annotate(at=Min("created_at"))
    by_kind: dict[str, datetime] = {}
    for one in oldest:
        kind = one["kind"] if one["kind_version"] else ""
        by_kind[kind] = min(one["at"], by_kind.get(kind, one["at"]))
    return Backlog(by_kind.pop("", None), by_kind)


def _tell(noticed: Noticed) -> None:
    """Of devices by kind and of files one by one, however many there are: one INSERT each."""
    if isinstance(noticed, DevicesNoticed):
        _tell_devices(noticed)
    else:
        _tell_file(noticed)


def _tell_devices(noticed: DevicesNoticed) -> None:
    is_overdue = noticed.event == "overdue"
    why = causes.of_devices(noticed.devices) if is_overdue else {}
    title = f"{counted(noticed.count, 'device')} of {noticed.kind}: {_names(noticed)}"
    if noticed.count == 1 and is_overdue:
        title += f". {why[noticed.devices[0].pk].sentence}"
    query = urlencode({"kind": noticed.kind, **({"state": "overdue"} if is_overdue else {})})
    tell(
        Event.DEVICE_OVERDUE if is_overdue else Event.BACK,
        f"{'Overdue' if is_overdue else 'Back again'}: {title}",
        path=f"{reverse('devices')}?{query}",
        key=f"devices {noticed.event} {noticed.kind} {timezone.now().isoformat()}",
        kind=noticed.kind,
        payload={
            "count": noticed.count,
            "devices": [_as_json(one, why.get(one.pk)) for one in noticed.devices],
        },
    )


def _names(noticed: DevicesNoticed) -> str:
    names = ", ".join(one.label for one in noticed.devices[:_NAMED])
    return f"{names} and others" if noticed.count > _NAMED else names


def _as_json(device: Device, cause: causes.Cause | None) -> dict[str, Any]:
    data = {"device": device.parts, "seen_at": device.seen_at.isoformat()}
    if cause is None:
        return data
    return {**data, "cause": cause.code, "sentence": cause.sentence, "import": cause.import_id}


def _tell_file(noticed: FileNoticed) -> None:
    file, is_overdue = noticed.file, noticed.event == "overdue"
    name, kind = causes.names_of([file]).get(file.pk, (str(file.pk), ""))
    cause = causes.of_files([file])[file.pk] if is_overdue else None
    title = f"Overdue: a file of {name}. {cause.sentence}" if cause else f"A file of {name} came"
    tell(
        Event.FILE_OVERDUE if is_overdue else Event.BACK,
        title,
        path=reverse("format", args=[file.pk]),
        key=f"file {noticed.event} {file.pk} {timezone.now().isoformat()}",
        kind=kind,
        format_name=name,
        payload=_file_as_json(noticed, cause),
    )


def _file_as_json(noticed: FileNoticed, cause: causes.Cause | None) -> dict[str, Any]:
    file = noticed.file
    data: dict[str, Any] = {
        "format": file.pk,
        "last_at": file.last_at.isoformat() if file.last_at else None,
        "due_at": file.due_at.isoformat(),
    }
    return {**data, "cause": cause.code, "sentence": cause.sentence} if cause else data
