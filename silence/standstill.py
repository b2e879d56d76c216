"""When Sluice itself stood still, the time of devices and files did not run.

What was to come meanwhile may have come: it is handled before anybody is blamed.
"""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.expressions import Combinable

from silence.backlog import Backlog
from silence.models import Device, FileDue, Watch

# Between two looks of a listener at work.
LONGEST_PAUSE = timedelta(minutes=3)
# Where events come all the time, those from before are read by then.
_LONGEST_READING = timedelta(hours=1)


def note(watch: Watch, now: datetime, backlog: Backlog, *, is_idle: bool) -> bool:
    """Note a standstill, or its end; whether anybody may be blamed. The row is changed, not
    saved."""
    if now - watch.checked_at > LONGEST_PAUSE:
        _add_time(watch.checked_at, now - watch.checked_at)
        watch.still_since, watch.still_until = watch.checked_at, now
        watch.is_catching_up, watch.events_read_at = True, None
    if watch.is_catching_up and watch.events_read_at is None:
        is_long_ago = watch.still_until is not None and now - watch.still_until > _LONGEST_READING
        watch.events_read_at = now if is_idle or is_long_ago else None
    if watch.is_catching_up and watch.events_read_at is not None:
        watch.is_catching_up = backlog.has_any_until(watch.events_read_at)
    return not watch.is_catching_up


def _add_time(since: datetime, length: timedelta) -> None:
    """To all that was not overdue by then."""
    later: Combinable = ExpressionWrapper(F("due_at") + length, output_field=DateTimeField())
    for model in (Device, FileDue):
        model.objects.filter(overdue_at=None, due_at__gt=since).update(due_at=later)
