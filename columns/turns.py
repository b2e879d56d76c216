"""What the listeners do for columns by turns: they look which days changed and are quiet by now,
and have workers build their files."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from columns import files
from columns.models import Builder
from columns.tasks import ask
from common.errors import ServiceError

log = structlog.get_logger(__name__)


def take_turn() -> None:
    """Failures of SQS are logged."""
    for kind in sorted(files.due_kinds()):
        if _take(kind):
            try:
                ask(kind)
            except ServiceError as error:
                log.warning("columns not built", kind=kind, error=str(error))
                Builder.objects.filter(pk=kind).update(asked_until=None)


def _take(kind: str) -> bool:
    """Whether a worker is to be asked for a kind: not while one was."""
    now = timezone.now()
    Builder.objects.bulk_create([Builder(pk=kind)], ignore_conflicts=True)
    is_free = Q(asked_until=None) | Q(asked_until__lte=now)
    until = now + timedelta(seconds=settings.VISIBILITY_SECONDS)
    return bool(Builder.objects.filter(is_free, pk=kind).update(asked_until=until))
