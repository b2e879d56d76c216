"""The Celery task that builds columns. It never becomes a dead letter: what it leaves is asked for
again by the listeners."""

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from kombu.exceptions import OperationalError

from columns import files
from columns.building import build_or_give_up
from columns.models import Builder
from common.deadline import Deadline
from common.errors import NotFound, ServiceError
from messages_app.kinds import registry

log = structlog.get_logger(__name__)

# Days are begun in this share of the time of a task.
_SHARE = 0.5


@shared_task(name="columns.build")
def build(kind: str) -> None:
    """Build the files of a kind's days that are due, some of them."""
    try:
        _build(kind, Deadline(settings.TASK_SECONDS))
        Builder.objects.filter(pk=kind).update(asked_until=None)
    except (ServiceError, DatabaseError, InterfaceError, OSError) as error:
        log.warning("columns not built", kind=kind, error=str(error))


def _build(kind: str, deadline: Deadline) -> None:
    until = Deadline(_SHARE * deadline.left)
    files.forget_gone(kind)
    try:
        record_kind = registry.find(kind)
    except NotFound:
        return
    for date in files.due(kind):
        if until.passed:
            return
        build_or_give_up(record_kind, date, deadline)


def ask(kind: str) -> None:
    """Have a worker build what is due of a kind. Raises ServiceError."""
    try:
        build.delay(kind)
    except (OperationalError, ClientError, BotoCoreError) as error:
        # kombu hides what happened behind an error of its own.
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        raise ServiceError.wrap("SQS", "take a task", cause) from error
