"""For how long records of a kind are kept, changed by staff."""

from datetime import timedelta

from django.utils import timezone

from audit.actor import KIND_KIND, Actor
from common.database.known import KNOWN_SECONDS
from common.digits import number_or_text
from messages_app.kinds import access
from messages_app.kinds.record_kind import RecordKind
from messages_app.models import Retention
from messages_app.schema.definition import whole_number
from messages_app.store.expiring import retention
from messages_app.store.expiring.moments import MAX_DAYS
from messages_app.store.noted import marks
from messages_app.store.provision import provision_expiry

MEMBER = "retention_days"
# By then every process knows of it, and gives it to what it writes; one may just be at its writes.
_KNOWN_EVERYWHERE = timedelta(seconds=3 * KNOWN_SECONDS)


def checked(data: object) -> int | None:
    """Days, or None for ever. Raises BadDefinition."""
    return None if data is None else whole_number(MEMBER, data, MAX_DAYS, ", or null")


def read(text: str) -> int | None:
    """What was typed; nothing is for ever. Raises BadDefinition."""
    return checked(number_or_text(text, MAX_DAYS)) if text else None


def keep(kind: RecordKind, days: int | None, actor: Actor) -> None:
    """Keep records of a kind for so many days, or for ever. What is older is not shown from then
    on, and deleted later. Raises PermissionDenied and ServiceError."""
    retention.known.forget()
    if days == retention.days_of(kind.name):
        return
    access.check_access(actor.user, kind.name, "delete")
    provision_expiry(kind.table, is_on=days is not None)
    Retention.objects.update_or_create(
        kind=kind.name,
        defaults={
            "days": days,
            "after_partition": "",
            "after_time": "",
            "is_applied": False,
            "due_at": timezone.now() + _KNOWN_EVERYWHERE,
        },
    )
    # Days that had expired are shown again where records are kept for longer, with what is left.
    marks.mark_all(kind.name)
    retention.known.forget()
    actor.log("changed", KIND_KIND, kind.name, retention_days=days)
