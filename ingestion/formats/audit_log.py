"""What people do to formats, as the audit trail tells it."""

from typing import Any

from audit.actor import FORMAT_KIND, Actor
from ingestion.formats.models import Format

CREATED = "created"
CHANGED = "changed"
DELETED = "deleted"
HEADER_ACCEPTED = "accepted a header"


def log(actor: Actor, action: str, format_: Format, **detail: Any) -> None:
    """Write down what was done to a format."""
    format_.refresh_from_db()
    entry = {"name": format_.name, "version": format_.version, **detail}
    actor.log(action, FORMAT_KIND, str(format_.pk), **entry)
