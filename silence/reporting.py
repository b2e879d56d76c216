"""How often the devices of a kind are to be heard of, and by which field they are told apart where
the kind has no identity.

Asked for with each write: a process asks the database once in some seconds, for all kinds in one
statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from common.database.known import Known
from silence.models import Device, Heard, KindReporting
from silence.waits import due_in_sql
from silence.watch import locked_watch


@dataclass(frozen=True, slots=True)
class Reporting:
    """Of a kind. Without ``minutes`` the interval of each device is learned."""

    minutes: int | None = None
    device_field: str = ""


NOTHING_SET = Reporting()


def _by_kind() -> dict[str, Reporting]:
    rows = KindReporting.objects.all()
    return {one.kind: Reporting(one.report_minutes, one.device_field) for one in rows}


known = Known[Mapping[str, Reporting]](_by_kind)


def of_kind(name: str) -> Reporting:
    return known.get().get(name, NOTHING_SET)


def keep(kind: str, setting: Reporting) -> bool:
    """Set it, and when its devices are due by it. Whether anything changed.

    Devices that another field named are forgotten.
    """
    row = KindReporting.objects.filter(pk=kind).first()
    before = Reporting(row.report_minutes, row.device_field) if row else NOTHING_SET
    if setting == before:
        return False
    with transaction.atomic():
        locked_watch()
        KindReporting.objects.update_or_create(
            kind=kind,
            defaults={"report_minutes": setting.minutes, "device_field": setting.device_field},
        )
        if setting.device_field != before.device_field:
            _forget_devices(kind)
        devices = Device.objects.filter(kind=kind, is_ignored=False, report_minutes=None)
        make_due(devices, setting.minutes)
    known.forget()
    return True


def make_due(devices: QuerySet[Device], minutes: int | None) -> None:
    """Have them due by an interval that was set, or by what was learned. Those that are overdue are
    looked at anew: nobody is told that they are back."""
    devices.update(due_at=due_in_sql(minutes), overdue_at=None)


def forget_kind(kind: str) -> None:
    """Of a kind that is deleted."""
    with transaction.atomic():
        locked_watch()
        _forget_devices(kind)
        KindReporting.objects.filter(kind=kind).delete()
    known.forget()


def _forget_devices(kind: str) -> None:
    Device.objects.filter(kind=kind).delete()
    Heard.objects.filter(kind=kind).delete()
