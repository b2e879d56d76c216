"""The audit trail: who did what to which record or import, by page, API or admin."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from structlog.contextvars import get_contextvars

from audit.models import AuditEntry

Channel = AuditEntry.Channel
MESSAGE_KIND = "message"
IMPORT_KIND = "import"
DEAD_LETTER_KIND = "dead letter"
_LONGEST_TARGET = 300


@dataclass(frozen=True)
class Actor:
    """A user, and the channel by which the user came."""

    user: Any
    channel: AuditEntry.Channel

    @classmethod
    def from_request(cls, request: HttpRequest | Any, channel: AuditEntry.Channel) -> "Actor":
        """Whoever sent a request, Django's or that of the API."""
        return cls(request.user, channel)

    def log(self, action: str, kind: str, target: str, **detail: Any) -> None:
        """Write an entry, after it was done. ``detail`` is JSON."""
        AuditEntry.objects.create(
            user=self.user,
            user_name=self.user.get_username(),
            channel=self.channel,
            action=action,
            kind=kind,
            target=target[:_LONGEST_TARGET],
            detail=detail,
            request_id=get_contextvars().get("request_id", "")[:100],
        )
