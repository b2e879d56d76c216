"""The Celery task that builds columns. It never becomes a dead letter: what it leaves is asked for
again by the listeners."""

import structlog
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from columns import files
from columns.building import build_or_give_up
from columns.models import Builder
from common.deadline import Deadline
from common.errors import NotFound, ServiceError
from messages_app.kinds import registry
from messages_app.store.noted import open_writes

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
    open_writes.forget_dead()
    files.forget_gone(kind)
    try:
        record_kind = registry.find(kind)
    except NotFound:
        return
    for date in files.due(kind):
        if until.passed:
            return
        build_or_give_up(record_kind, date, deadline)
