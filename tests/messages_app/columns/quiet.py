"""Days as they are some minutes after the last write."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F

from messages_app.models import Day, OpenWrite


def let_time_pass() -> None:
    """For as long as any write may last."""
    longest = timedelta(seconds=settings.VISIBILITY_SECONDS)
    Day.objects.filter(changed_at__isnull=False).update(changed_at=F("changed_at") - longest)
    OpenWrite.objects.update(begun_at=F("begun_at") - longest)
