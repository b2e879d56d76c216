"""What became of one thing, and the code of AWS's errors."""

from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import ClientError


@dataclass(frozen=True, slots=True)
class Provisioned:
    """``thing`` is a kind and a name, such as ``queue sluice-celery``."""

    thing: str
    result: Literal["created", "exists", "corrected", "not supported here"]

    def __str__(self) -> str:
        return f"{self.thing}: {self.result}"


def error_code(error: ClientError) -> str:
    """AWS's code; for an answer without a body (HEAD) it is the HTTP status."""
    return error.response.get("Error", {}).get("Code", "")
