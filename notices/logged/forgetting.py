"""The log of notices has an end: what is older than NOTICE_DAYS is forgotten."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from notices.models import Notice, NoticeState, Occurrence

# In parts, so that nobody waits long for the database.
_AT_ONCE = 2_000


def forget() -> None:
    """Forget some of what is old. What waits for a digest is not."""
    before = timezone.now() - timedelta(days=settings.NOTICE_DAYS)
    notices = Notice.objects.filter(created_at__lt=before).exclude(state=NoticeState.WAITING)
    _delete_some(notices)
    _delete_some(Occurrence.objects.filter(at__lt=before, is_spread=True))


def _delete_some(old: QuerySet[Any]) -> None:
    keys = list(old.order_by().values_list("pk", flat=True)[:_AT_ONCE])
    old.filter(pk__in=keys).delete()
