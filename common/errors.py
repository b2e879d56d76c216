"""The errors of AWS and of the store. Each keeps its cause and the AWS error code."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

# Nothing is broken: AWS takes no more just now.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_THROTTLING_CODES = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# Codes after which the same request can succeed later without anybody changing anything.
_PASSING_CODES = _THROTTLING_CODES | frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def is_passing(code: str) -> bool:
    """Whether an AWS error code tells of a fault that passes by itself (throttling, a 5xx)."""
    return code in _PASSING_CODES


def is_throttling(code: str) -> bool:
    """Whether an AWS error code tells that AWS was asked for more than it takes just now."""
    return code in _THROTTLING_CODES


class ServiceError(Exception):
    """An AWS service did not do what it was asked.

    ``code`` is AWS's error code, or the name of the client's exception when no answer came.
    ``permanent`` tells that the same request would fail again.
    """

    def __init__(self, message: str, code: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.code = code
        self.permanent = permanent

    def __reduce__(self) -> tuple[Any, ...]:
        """Celery copies the errors of tasks by pickling them."""
        return partial(type(self), permanent=self.permanent), (str(self), self.code)

    @classmethod
    def wrap(cls, service: str, action: str, error: Exception) -> Self:
        """From botocore's exception; ``action`` completes "could not …"."""
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "Unknown")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            permanent = not is_passing(code) and status < 500
            detail = error.response.get("Error", {}).get("Message") or code
        else:
            code, permanent, detail = type(error).__name__, False, str(error)
        return cls(f"{service} could not {action}: {code}: {detail}", code, permanent=permanent)


@contextmanager
def wrapped(service: str, action: str) -> Iterator[None]:
    """Turns botocore's exceptions into a ServiceError; ``action`` completes "could not …"."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise ServiceError.wrap(service, action, error) from error


class Conflict(Exception):
    """A different record has the key: ``existing``, its date and time."""

    def __init__(self, message: str, existing: tuple[str, str]) -> None:
        super().__init__(message)
        self.existing = existing


class PreconditionFailed(Exception):
    """The record changed since it was read."""


class Expired(Exception):
    """A new record is older than records of its kind are kept."""


class NotFound(Exception):
    """There is no such record."""


class BadCursor(Exception):
    """A continuation cursor was altered, has expired, or belongs to another query."""
