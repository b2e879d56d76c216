"""Patience with AWS, which can say that a thing is there a while before all of AWS knows it."""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff

T = TypeVar("T")

# Policies of queues take up to a minute:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_SECONDS = 120


def patience() -> Backoff:
    """Pauses for as long as AWS may take, from now on."""
    return Backoff(Deadline(_SECONDS))


def when_ready(
    request: Callable[[], T], is_too_early: Callable[[ClientError], bool], backoff: Backoff
) -> T:
    """Repeat a request while its error says no more than that it came too early.

    Raises ServiceError when it is still too early at the end, and other errors as they are.
    """
    while True:
        try:
            return request()
        except ClientError as error:
            if not is_too_early(error):
                raise
            early = ServiceError.wrap("AWS", "get ready in time", error)
            early.permanent = False
            backoff.pause(early)
