"""Tasks on their way to SQS."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
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
