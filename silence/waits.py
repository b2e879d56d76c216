"""How long something may be silent before it is overdue."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.expressions import Combinable

# Of what somebody set, half as long again; of what was learned, three times as long, since nobody
# promised it. Less than some minutes is no silence.
_SET_PART = 1.5
_LEARNED_PART = 3
_SHORTEST_LEARNED = timedelta(minutes=5)
MAX_MINUTES = 366 * 24 * 60


def wait_for(minutes: int) -> timedelta:
    """Of an interval that was set."""
    return timedelta(minutes=minutes * _SET_PART)


def learned_wait(usual: timedelta | None) -> timedelta | None:
    """Of a usual interval, if there is one."""
    return None if usual is None else max(_SHORTEST_LEARNED, usual * _LEARNED_PART)


def due_at(seen_at: datetime, minutes: int | None, learned: timedelta | None) -> datetime | None:
    """When a device is overdue that was seen then; ``minutes`` are those that were set, if any."""
    wait = learned if minutes is None else wait_for(minutes)
    return None if wait is None else seen_at + wait


def due_in_sql(minutes: int | None) -> Combinable:
    """:func:`due_at` of a row of devices."""
    wait: Combinable | timedelta = F("learned_wait") if minutes is None else wait_for(minutes)
    return ExpressionWrapper(F("seen_at") + wait, output_field=DateTimeField(null=True))
