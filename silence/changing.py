"""What somebody sets of one device: whether it is ignored, and how often it is to be heard of."""

from typing import Any

from django.db import transaction

from audit.actor import DEVICE_KIND, Actor
from silence import reporting
from silence.models import Device
from silence.waits import MAX_MINUTES
from silence.watch import locked_watch

IGNORED, MINUTES = "is_ignored", "report_minutes"


def minutes_fault(minutes: object) -> str:
    """What is wrong with an interval in minutes; '' where nothing is, and for None."""
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if minutes is None or (is_number and 1 <= minutes <= MAX_MINUTES):  # type: ignore[operator]
        return ""
    return f"must be a whole number of minutes from 1 to {MAX_MINUTES}, or nothing"


def change(device: Device, changes: dict[str, Any], actor: Actor) -> Device:
    """Set some of ``is_ignored`` and ``report_minutes`` (which are valid)."""
    with transaction.atomic():
        locked_watch()
        found = Device.objects.get(pk=device.pk)
        made = {name: one for name, one in changes.items() if getattr(found, name) != one}
        if not made:
            return found
        rows = Device.objects.filter(pk=device.pk)
        rows.update(**made)
        found.refresh_from_db()
        if found.is_ignored:
            rows.update(due_at=None, overdue_at=None)
        else:
            own, of_kind = found.report_minutes, reporting.of_kind(found.kind).minutes
            reporting.make_due(rows, of_kind if own is None else own)
        actor.log("changed", DEVICE_KIND, f"{found.kind} {found.name}", **made)
    found.refresh_from_db()
    return found
