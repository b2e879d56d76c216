"""Devices that report, fall silent and come back, at moments that a test says."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from ingestion.running.unannounced import overdue
from messages_app.kinds.record_kind import RecordKind
from notices.models import Occurrence
from silence import folding, hearing
from silence.models import Device, Watch
from tests.ingestion.helpers import run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(moment: datetime) -> int:
    """In seconds since 1970."""
    return int(moment.timestamp())


def fold() -> None:
    """All that was heard."""
    while folding.fold_some():
        pass


def heard(kind: str, moments: dict[str, datetime], arrived: datetime, source: str = "") -> None:
    """These devices were heard of, in one piece."""
    hearing.note(kind, {name: at(one) for name, one in moments.items()}, arrived, source)


def report(name: str, moments: list[datetime], kind: str = "climate") -> Device:
    """A device that is heard of at each of these moments, without delay."""
    for moment in moments:
        heard(kind, {name: moment}, moment)
    fold()
    return Device.objects.get(kind=kind, name=name)


def look(now: datetime, *, is_idle: bool = True) -> list[str]:
    """The listener's turn at a moment, with none missed before; what people are told of then."""
    Watch.objects.update_or_create(pk=1, defaults={"checked_at": now - MINUTE})
    return look_after_pause(now, is_idle=is_idle)


def look_after_pause(now: datetime, *, is_idle: bool = True) -> list[str]:
    """The same, as long after the last one as it is."""
    known = set(Occurrence.objects.values_list("pk", flat=True))
    overdue.take_turn(is_idle=is_idle, now=now)
    return list(Occurrence.objects.exclude(pk__in=known).values_list("subject", flat=True))


def multiply(times: int) -> None:
    """Each device that is there so many times more, under names of their own, in one statement."""
    columns = [field.column for field in Device._meta.concrete_fields if not field.primary_key]
    values = ["name || ' ' || number" if one == "name" else one for one in columns]
    numbers = "SELECT 1 AS number UNION ALL SELECT number + 1 FROM numbers WHERE number < %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Device._meta.db_table} ({', '.join(columns)})"  # noqa: S608 - own names
            f" WITH RECURSIVE numbers AS ({numbers})"
            f" SELECT {', '.join(values)} FROM {Device._meta.db_table}, numbers",
            [times],
        )


def rows(kind: RecordKind, *values: tuple[datetime, str, Any]) -> str:
    """A file of the climate: moment, sensor and temperature."""
    header = ",".join(kind.schema.names) + "\n"
    return header + "".join(
        f"{moment.isoformat()},{sensor},{temperature},50,\n"
        for moment, sensor, temperature in values
    )


def load(kind: RecordKind, *values: tuple[datetime, str, Any], key: str = "climate.csv") -> Any:
    """The import of such a file."""
    return run(rows(kind, *values), key=key, kind=kind.name)
