"""Tasks on their way to SQS."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from common.errors import ServiceError


@contextmanager
def sending() -> Iterator[None]:
    """Around a task's ``delay``. Raises ServiceError where SQS does not take it."""
    try:
        yield
    except (OperationalError, ClientError, BotoCoreError) as error:
        # kombu hides what happened behind an error of its own.
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if isinstance(cause, ServiceError):
            raise cause from error
        raise ServiceError.wrap("SQS", "take a task", cause) from error


def send_once(task: Any, rows: QuerySet[Any], pk: str) -> None:
    """Have a worker work on what one of these rows stands for, made if there is none: not while
    another was asked to, until ``asked_until``. Raises ServiceError."""
    rows.model.objects.bulk_create([rows.model(pk=pk)], ignore_conflicts=True)
    now = timezone.now()
    is_free = Q(asked_until=None) | Q(asked_until__lte=now)
    until = now + timedelta(seconds=settings.VISIBILITY_SECONDS)
    if not rows.filter(is_free, pk=pk).update(asked_until=until):
        return
    try:
        with sending():
            task.delay(pk)
    except ServiceError:
        rows.filter(pk=pk).update(asked_until=None)
        raise
