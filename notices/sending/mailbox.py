"""The folder that mails are written to where there is no mail server, as bin/up has it."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from django.conf import settings

_SHOWN = 50
# Of a file; Django writes one for each connection.
_MOST_BYTES = 262_144
_KEPT = 500
_SEPARATOR = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as somebody would read it."""

    at: datetime
    to: str
    subject: str
    text: str


def folder() -> Path | None:
    """None where mails are sent."""
    is_folder = settings.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"
    return Path(getattr(settings, "EMAIL_FILE_PATH", "")) if is_folder else None


def newest(place: Path) -> list[Mail]:
    return list(islice(_mails(place), _SHOWN))


def tidy(place: Path) -> None:
    """Keep the newest files alone."""
    for old in _files(place)[_KEPT:]:
        old.unlink(missing_ok=True)


def _files(place: Path) -> list[Path]:
    found = [(one.stat().st_mtime, one) for one in place.glob("*.log")] if place.is_dir() else []
    return [path for _, path in sorted(found, reverse=True)]


def _mails(place: Path) -> Iterator[Mail]:
    for path in _files(place):
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES)
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        for one in reversed(text.split(_SEPARATOR)):
            if one.strip():
                yield _mail(at, one)


def _mail(at: datetime, text: bytes) -> Mail:
    message = email.message_from_bytes(text.strip() + b"\n", policy=email.policy.default)
    body = message.get_body(("plain",))
    content = body.get_content() if body is not None else ""
    return Mail(at, str(message.get("To", "")), str(message.get("Subject", "")), str(content))
