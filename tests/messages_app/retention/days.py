"""Records of some days ago, and a retention as staff set it."""

from datetime import UTC, date, datetime

from django.utils import timezone

from messages_app.kinds.expiring import setting, turns
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.models import Retention
from messages_app.schema.record import Record
from tests.messages_app.kinds.climate import somebody
from tests.messages_app.records import record

DAY = 86_400


def ago(days: int) -> str:
    """The UTC date so many days ago."""
    return date.fromordinal(datetime.now(UTC).toordinal() - days).isoformat()


def record_of(days: int, second: int = 36_000) -> Record:
    """A record of so many days ago."""
    midnight = datetime.fromisoformat(f"{ago(days)}T00:00:00Z")
    return record(int(midnight.timestamp()) + second)


def keep(days: int | None, kind: RecordKind = BUILTIN) -> None:
    user = somebody()
    user.user.is_superuser = True
    setting.keep(kind, days, user)


def finish() -> int:
    """Let a listener take all turns that there are now; how many."""
    Retention.objects.update(due_at=timezone.now())
    count = 0
    while turns.take_turn():
        count += 1
    return count
