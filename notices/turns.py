"""What the listeners do for notices by turns, between two polls: nothing that takes long. Sending
is left to the workers."""

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.aws.sending import send_once
from common.errors import ServiceError
from notices import delivering
from notices.logged import forgetting
from notices.models import Target
from notices.sending import mailbox
from notices.spreading import spread
from notices.tasks import deliver

log = structlog.get_logger(__name__)

# So many parts of what is new a turn spreads.
_PARTS = 10


def take_turn() -> None:
    """Spread what happened, and have workers send what is due. Failures of SQS are logged."""
    for _ in range(_PARTS):
        if not spread():
            break
    names = set(delivering.due().order_by().values_list("target", flat=True).distinct())
    for name in sorted(names):
        try:
            send_once(deliver, _awake(), name)
        except ServiceError as error:
            log.warning("notices not sent", target=name, error=str(error))


def look_after() -> None:
    """Give up and forget what is old."""
    delivering.give_up_old()
    forgetting.forget()
    place = mailbox.folder()
    if place is not None:
        mailbox.tidy(place)


def _awake() -> QuerySet[Target]:
    """The targets that do not rest."""
    return Target.objects.filter(Q(rests_until=None) | Q(rests_until__lte=timezone.now()))
