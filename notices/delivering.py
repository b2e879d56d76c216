"""The delivery of notices: taken, sent, tried again with growing pauses, given up.

A notice is taken before it is sent, and marked as sent after: a worker that dies in between leaves
it to the next one, which sends it again under the same id. So it arrives at least once.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common.deadline import Deadline
from common.tracing import request_id
from notices.models import Notice, NoticeState, Target
from notices.sending.outcome import NotSent
from notices.sending.post import send

log = structlog.get_logger(__name__)

# Before each further try, as long as it fails; after so many tries it is given up.
PAUSES = tuple(timedelta(seconds=one) for one in (60, 300, 1800, 7200, 21_600, 43_200))
MAX_TRIES = len(PAUSES) + 1
# A notice is old news by then, also where it was never its turn.
_OLD = timedelta(days=3)
_LONGEST_ANSWER = 300


def deliver(target: str) -> None:
    """Send what is due for a target, until something fails or the time is up: the worker has other
    work too."""
    deadline = Deadline(settings.NOTICE_SECONDS)
    while not deadline.passed:
        notice = take(target)
        if notice is None:
            return
        with request_id.bound(notice.request_id):
            if not _try(notice):
                return


def due() -> QuerySet[Notice]:
    """The notices that are to be sent now."""
    now = timezone.now()
    is_free = Q(taken_until=None) | Q(taken_until__lte=now)
    return Notice.objects.filter(is_free, state=NoticeState.WAITING, due_at__lte=now)


def take(target: str) -> Notice | None:
    """The next notice that is due, for this worker alone. It gathers nothing more."""
    for pk in due().filter(target=target).order_by("due_at").values_list("pk", flat=True)[:10]:
        now = timezone.now()
        until = now + timedelta(seconds=settings.VISIBILITY_SECONDS)
        if due().filter(pk=pk).update(taken_until=until, tried_at=now, open_for=None):
            return Notice.objects.select_related("user", "webhook").get(pk=pk)
    return None


def send_now(notice: Notice) -> None:
    """Have a notice sent once more, as somebody asked for, whatever became of it."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(
            state=NoticeState.WAITING,
            tries=0,
            due_at=timezone.now(),
            open_for=None,
            request_id=request_id.current(),
        )
        Target.objects.filter(pk=notice.target).update(rests_until=None)


def give_up_old() -> None:
    """Of targets that rest for long."""
    old = due().filter(due_at__lt=timezone.now() - _OLD)
    old.update(state=NoticeState.GIVEN_UP, answer="Given up: it was not sent in three days.")


def _try(notice: Notice) -> bool:
    """Whether others for the same target are to be tried now."""
    mine = Notice.objects.filter(pk=notice.pk, tried_at=notice.tried_at)
    try:
        response = send(notice)
    except NotSent as error:
        log.warning("notice not sent", **_named(notice))
        _failed(mine, notice, error)
        return not error.is_of_target
    mine.update(
        state=NoticeState.SENT,
        tries=F("tries") + 1,
        taken_until=None,
        answer=response[:_LONGEST_ANSWER],
    )
    Target.objects.filter(pk=notice.target).exclude(failures=0).update(failures=0)
    log.info("notice sent", **_named(notice))
    return True


def _named(notice: Notice) -> dict[str, Any]:
    """A notice in the log, with the imports that it names."""
    imports = [one["payload"]["import"] for one in notice.items if "import" in one["payload"]]
    about = {"imports": imports} if imports else {}
    return {"notice": str(notice.pk), "target": notice.target, **about}


def _failed(mine: QuerySet[Notice], notice: Notice, error: NotSent) -> None:
    tries = notice.tries + 1
    is_last = tries >= MAX_TRIES or not error.can_pass
    with transaction.atomic():
        next_try = timezone.now() + PAUSES[min(tries, len(PAUSES)) - 1]
        if error.is_of_target:
            next_try = max(next_try, _rest(notice.target))
        mine.update(
            state=NoticeState.GIVEN_UP if is_last else NoticeState.WAITING,
            tries=tries,
            due_at=next_try,
            taken_until=None,
            answer=str(error)[:_LONGEST_ANSWER],
        )


def _rest(name: str) -> datetime:
    """Leave a target alone for a while, longer each time that it fails; until when."""
    target, _ = Target.objects.select_for_update().get_or_create(pk=name)
    until = timezone.now() + PAUSES[min(target.failures, len(PAUSES) - 1)]
    failures = min(target.failures + 1, len(PAUSES))
    Target.objects.filter(pk=name).update(failures=failures, rests_until=until)
    return until
