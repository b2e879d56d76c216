"""Replays that the listeners go on with by turns, a little at a time, between two polls.

A turn is one page of the bucket's listing, and some imports. Where it ended is kept in the replay's
row, so that any listener can have the next turn, and none of it is lost with a listener: whoever
takes a turn moves ``due_at`` on first, and a turn that came to nothing is due again by then.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError, InterfaceError
from django.utils import timezone

from common.aws.s3 import BEGINNING, Place, StoredObject
from common.errors import ServiceError
from common.tracing import request_id
from ingestion.models import Replay
from ingestion.running import lifecycle
from ingestion.running.ended.deletion import WasDeleted
from ingestion.running.progress import Queue
from ingestion.running.unannounced import search
from ingestion.running.unannounced.search import Scope

log = structlog.get_logger(__name__)

# So many imports a turn may start; those that wait in the queue hold up the bucket's own events.
MAX_STARTS = 50
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def ask_for(scope: Scope) -> Replay:
    """Have the listeners start an import for each file of the scope that has none."""
    replay, _ = Replay.objects.get_or_create(
        is_sweep=False,
        prefix=scope.prefix,
        since=scope.since or _ANY_TIME,
        defaults={"due_at": timezone.now(), "request_id": request_id.current()},
    )
    return replay


def asked_for() -> list[Replay]:
    """The replays that have not ended, but for the sweep."""
    return list(Replay.objects.filter(is_sweep=False).order_by("pk"))


def arrange_sweep() -> None:
    """Let there be a sweep when, and where, the settings want one."""
    if settings.SWEEP_MINUTES:
        sweep, _ = Replay.objects.get_or_create(
            is_sweep=True,
            prefix=settings.SWEEP_PREFIX,
            since=_ANY_TIME,
            defaults={"due_at": timezone.now()},
        )
        Replay.objects.filter(is_sweep=True).exclude(pk=sweep.pk).delete()
    else:
        Replay.objects.filter(is_sweep=True).delete()


def take_turn(queue: Queue) -> bool:
    """Go on with a replay that is due; False when there is none. Failures of S3 are logged."""
    now = timezone.now()
    replay = Replay.objects.filter(due_at__lte=now).order_by("due_at").first()
    if replay is None or not _take(replay, now + timedelta(seconds=settings.VISIBILITY_SECONDS)):
        return False
    with request_id.bound(replay.request_id):
        _go_on(replay, now, queue)
    return True


def _go_on(replay: Replay, now: datetime, queue: Queue) -> None:
    try:
        found = search.page(_scope(replay, now), _place(replay))
    except ServiceError as error:
        log.warning("replay failed", prefix=replay.prefix, error=str(error))
        return
    started = sum(_start(stored, queue) for stored in found.files[:MAX_STARTS])
    # The page again, whose first files have an import by then; not for those that cannot have one.
    has_more = len(found.files) > MAX_STARTS and started > 0
    _put_back(replay, started, _place(replay) if has_more else found.next)


def _take(replay: Replay, until: datetime) -> bool:
    """Whether nobody else was quicker."""
    is_mine = Replay.objects.filter(pk=replay.pk, due_at=replay.due_at).update(due_at=until) > 0
    replay.due_at = until
    return is_mine


def _scope(replay: Replay, now: datetime) -> Scope:
    until = now - timedelta(seconds=settings.EVENT_SECONDS) if replay.is_sweep else None
    return Scope(replay.prefix, replay.since, until)


def _place(replay: Replay) -> Place:
    return replay.after_key, replay.after_version


def _start(stored: StoredObject, queue: Queue) -> bool:
    """Whether there is an import of it now. A file that cannot have one holds up no other."""
    try:
        lifecycle.start(stored, queue)
    except WasDeleted:  # since it was found
        return False
    except DataError as error:
        log.error("replay of a file failed", key=stored.key, error=type(error).__name__)
        return False
    except (ServiceError, DatabaseError, InterfaceError, OSError):
        raise
    except Exception:
        log.exception("replay of a file failed", key=stored.key)
        return False
    return True


def _put_back(replay: Replay, started: int, place: Place | None) -> None:
    """For the next turn; at the end of the listing a sweep waits, and any other replay is done."""
    mine = Replay.objects.filter(pk=replay.pk, due_at=replay.due_at)
    total = replay.started + started
    if place is not None:
        key, version = place
        mine.update(due_at=timezone.now(), after_key=key, after_version=version, started=total)
        return
    log.info("replay ended", prefix=replay.prefix, sweep=replay.is_sweep, imports=total)
    if replay.is_sweep:
        key, version = BEGINNING
        next_at = timezone.now() + timedelta(minutes=settings.SWEEP_MINUTES)
        mine.update(due_at=next_at, after_key=key, after_version=version, started=0)
    else:
        mine.delete()
