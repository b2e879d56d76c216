"""What became of one thing, and AWS's errors as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from messages_app.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Outcome:
    """``thing`` is a kind and a name, such as ``queue sluice-celery``."""

    thing: str
    result: Literal["created", "exists", "corrected", "not supported here"]

    def __str__(self) -> str:
        return f"{self.thing}: {self.result}"


@contextmanager
def wrapped(service: str, action: str) -> Iterator[None]:
    """Turns botocore's exceptions into a ServiceError; ``action`` completes "could not …"."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise ServiceError.wrap(service, action, error) from error


def error_code(error: ClientError) -> str:
    """AWS's code; for an answer without a body (HEAD) it is the HTTP status."""
    return error.response.get("Error", {}).get("Code", "")
