"""The audit trail: who did what to which record or import, by page, API, admin or inbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from structlog.contextvars import get_contextvars

from audit.models import AuditEntry

Channel = AuditEntry.Channel
MESSAGE_KIND = "message"
# Of a record of another kind than the built-in one, before the kind's name.
RECORD_KIND = "record of "
IMPORT_KIND = "import"
DEAD_LETTER_KIND = "dead letter"
KIND_KIND = "kind"
FORMAT_KIND = "format"
DEVICE_KIND = "device"
STATEMENT_KIND = "statement"
_LONGEST_TARGET = 600
_LONGEST_NAME = 150


@dataclass(frozen=True)
class Actor:
    """A user, and the channel by which the user came; or somebody with a name alone, of whose
    doings each entry tells ``detail``."""

    user: Any
    channel: AuditEntry.Channel
    name: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_request(cls, request: HttpRequest | Any, channel: AuditEntry.Channel) -> "Actor":
        """Whoever sent a request, Django's or that of the API."""
        return cls(request.user, channel)

    @classmethod
    def from_queue(cls, sender: str, **detail: Any) -> "Actor":
        """Whoever sent a message, by the id that the queue knows them by."""
        return cls(None, Channel.INBOX, sender or "unknown sender", detail)

    def log(self, action: str, kind: str, target: str, **detail: Any) -> None:
        """Write an entry, after it was done. ``detail`` is JSON."""
        AuditEntry.objects.create(
            user=self.user,
            user_name=self.name[:_LONGEST_NAME] or self.user.get_username(),
            channel=self.channel,
            action=action,
            kind=kind,
            target=target[:_LONGEST_TARGET],
            detail={**self.detail, **detail},
            request_id=get_contextvars().get("request_id", "")[:100],
        )
