"""Files that are due, by the number of their format."""

from datetime import datetime

from django.utils import timezone

from silence.models import FileDue
from silence.waits import wait_for


def expect(format_number: int, minutes: int | None) -> None:
    """Have a file be due every so often from now on, or never (None)."""
    if minutes is None:
        FileDue.objects.filter(pk=format_number).delete()
        return
    before = FileDue.objects.filter(pk=format_number).first()
    if before is not None and before.minutes == minutes:
        return
    # Of files that came before nothing is known to be late by the new interval.
    due_at = timezone.now() + wait_for(minutes)
    FileDue.objects.update_or_create(
        pk=format_number, defaults={"minutes": minutes, "due_at": due_at, "overdue_at": None}
    )


def came(format_number: int, at: datetime) -> None:
    """A file of a format came."""
    file = FileDue.objects.filter(pk=format_number).first()
    if file is not None and (file.last_at is None or file.last_at < at):
        due_at = at + wait_for(file.minutes)
        FileDue.objects.filter(pk=format_number).update(last_at=at, due_at=due_at)
