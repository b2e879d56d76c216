"""The Celery task that sends notices. It never becomes a dead letter: what it leaves is asked for
again by the listeners."""

import structlog
from celery import shared_task
from django.db import DatabaseError, InterfaceError

from notices import delivering
from notices.models import Target

log = structlog.get_logger(__name__)


@shared_task(name="notices.deliver")
def deliver(target: str) -> None:
    """Send what is due for a target."""
    try:
        delivering.deliver(target)
        Target.objects.filter(pk=target).update(asked_until=None)
    except (DatabaseError, InterfaceError) as error:
        log.warning("notices not sent", target=target, error=str(error))
