"""What the listeners do for notices by turns, between two polls: nothing that takes long. Sending
is left to the workers."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from common.errors import ServiceError
from notices import delivering
from notices.logged import forgetting
from notices.models import Target
from notices.sending import mailbox
from notices.spreading import spread
from notices.tasks import ask

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
        if _take(name):
            try:
                ask(name)
            except ServiceError as error:
                log.warning("notices not sent", target=name, error=str(error))
                Target.objects.filter(pk=name).update(asked_until=None)


def look_after() -> None:
    """Give up and forget what is old."""
    delivering.give_up_old()
    forgetting.forget()
    place = mailbox.folder()
    if place is not None:
        mailbox.tidy(place)


def _take(name: str) -> bool:
    """Whether a worker is to be asked for a target: not while one was, or the target rests."""
    now = timezone.now()
    Target.objects.bulk_create([Target(pk=name)], ignore_conflicts=True)
    is_free = Q(asked_until=None) | Q(asked_until__lte=now)
    rests_not = Q(rests_until=None) | Q(rests_until__lte=now)
    until = now + timedelta(seconds=settings.VISIBILITY_SECONDS)
    return bool(Target.objects.filter(is_free, rests_not, pk=name).update(asked_until=until))
