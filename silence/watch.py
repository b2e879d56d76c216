"""The row that whoever changes devices holds locked."""

from django.utils import timezone

from silence.models import Watch

_THE_ONE = 1


def locked_watch() -> Watch:
    """The row, locked until the transaction at hand ends. (SQLite locks all of it by itself.)"""
    Watch.objects.get_or_create(pk=_THE_ONE, defaults={"checked_at": timezone.now()})
    return Watch.objects.select_for_update().get(pk=_THE_ONE)


def known() -> Watch | None:
    """The row, to be read; None before the first look."""
    return Watch.objects.filter(pk=_THE_ONE).first()
