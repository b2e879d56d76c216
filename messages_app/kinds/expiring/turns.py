"""Listeners go on with the expiry of records by turns, a little at a time, between two polls.

Who takes a turn moves ``due_at`` on first, so that no two have the same one, and a turn that came
to nothing is due again by then.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from common.errors import ServiceError
from messages_app.kinds.expiring import work
from messages_app.models import Retention

log = structlog.get_logger(__name__)

# How often it is looked for days that have expired.
_PAUSE = timedelta(hours=1)


def take_turn() -> bool:
    """Go on with a kind that is due; False when there is none. Failures of DynamoDB are logged."""
    now = timezone.now()
    row = Retention.objects.filter(due_at__lte=now).order_by("due_at").first()
    if row is None or not _take(row, now + timedelta(seconds=settings.VISIBILITY_SECONDS)):
        return False
    try:
        has_more = work.do_some(row)
    except ServiceError as error:
        log.warning("expiry failed", kind=row.kind, error=str(error))
        return True
    _put_back(row, has_more=has_more)
    return True


def _take(row: Retention, until: datetime) -> bool:
    """Whether nobody else was quicker."""
    is_mine = Retention.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=until) > 0
    row.due_at = until
    return is_mine


def _put_back(row: Retention, *, has_more: bool) -> None:
    """For the next turn. A row that somebody changed meanwhile stays as they made it."""
    mine = Retention.objects.filter(pk=row.pk, due_at=row.due_at)
    if row.days is None and not has_more:
        mine.delete()
        return
    due_at = timezone.now() + (timedelta() if has_more else _PAUSE)
    mine.update(due_at=due_at, **work.progress_of(row))
