"""Moments on the command line."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime

EXAMPLE = "2026-01-31T12:00:00Z"


def moment(text: str) -> datetime:
    """From ISO 8601, in UTC where no offset is told. Raises ArgumentTypeError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"must be ISO 8601, such as {EXAMPLE}") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
