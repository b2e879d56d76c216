"""A device as lists and pages show it: what is known of it, and why it is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from common.pages.text import time_in_words
from ingestion.running.unannounced import causes
from ingestion.running.unannounced.causes import Cause
from messages_app.kinds import registry
from messages_app.kinds.devices import fields_of
from messages_app.schema.schema import MESSAGES
from silence import reporting, watch
from silence.models import Device
from silence.standstill import LONGEST_PAUSE


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """``interval`` says how often it is to be heard of, ``records`` is the address of its records,
    '' where nobody can tell; ``cause`` is that of one that is overdue."""

    device: Device
    interval: str
    records: str
    cause: Cause | None

    @property
    def silent(self) -> str:
        """For how long."""
        return time_in_words((timezone.now() - self.device.seen_at).total_seconds())


def rows_of(devices: Sequence[Device]) -> list[DeviceRow]:
    """In a few statements for each kind that they are of."""
    why = causes.of_devices([one for one in devices if one.state == "overdue"])
    kinds = registry.named(one.kind for one in devices)
    fields = {name: fields_of(name, one.schema) for name, one in kinds.items()}
    return [
        DeviceRow(one, interval_of(one), _records(one, fields.get(one.kind, ())), why.get(one.pk))
        for one in devices
    ]


def interval_of(device: Device) -> str:
    """Such as ``2 hours, as usual`` or ``30 minutes, as set``."""
    minutes = device.report_minutes or reporting.of_kind(device.kind).minutes
    if minutes is not None:
        return f"{_in_words(timedelta(minutes=minutes))}, as set"
    if device.usual is not None:
        return f"{_in_words(device.usual)}, as usual"
    return "not known yet"


def standstill() -> str:
    """What is to be said of Sluice itself, if anything: then nobody is blamed."""
    row = watch.known()
    if row is None:
        return ""
    if timezone.now() - row.checked_at > LONGEST_PAUSE:
        at = f"{row.checked_at:%Y-%m-%d %H:%M} UTC"
        return f"Silent devices were last checked {at}: the listener is late or stopped."
    if row.is_catching_up:
        times = f"{row.still_since:%Y-%m-%d %H:%M} to {row.still_until:%Y-%m-%d %H:%M} UTC"
        return (
            f"Sluice itself stood still, {times}. What arrived meanwhile is being handled; until"
            " then no device is overdue because of it."
        )
    return ""


def _in_words(interval: timedelta) -> str:
    return time_in_words(interval.total_seconds())


def _records(device: Device, fields: tuple[str, ...]) -> str:
    if not fields or len(fields) != len(device.parts):
        return ""
    page = (
        reverse("messages") if device.kind == MESSAGES else reverse("records", args=[device.kind])
    )
    return f"{page}?{urlencode(dict(zip(fields, device.parts, strict=True)))}"
