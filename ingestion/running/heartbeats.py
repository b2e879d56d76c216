"""Which background processes are at work: each says so in the database, now and then.

A process that hangs says nothing, since its own loop says it: the listener's between two polls, a
worker's between two tasks.
"""

import os
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from ingestion.models import Heartbeat

log = structlog.get_logger(__name__)

Kind = Heartbeat.Kind
# A process writes at most once in so many seconds.
BEAT_SECONDS = 15
# What ended longer ago than this is forgotten.
_REMEMBERED = timedelta(days=1)


class Heart:
    """Says for one process that it is at work."""

    def __init__(self, kind: Heartbeat.Kind, clock: Callable[[], float] = time.monotonic) -> None:
        self._kind = kind
        self._clock = clock
        self._next = 0.0
        self._is_known = False
        self._name = f"{kind} {socket.gethostname()} {os.getpid()}"

    def beat(self) -> None:
        """Call it as often as you like. A database that does not answer stops nothing."""
        now = self._clock()
        if self._is_known and now < self._next:
            return
        self._next = now + BEAT_SECONDS
        if settings.HEARTBEAT_FILE:  # whether the database answers or not
            Path(settings.HEARTBEAT_FILE).touch()
        try:
            self.write()
        except (DatabaseError, InterfaceError) as error:
            log.warning("heartbeat not written", kind=str(self._kind), error=str(error))

    def stop(self) -> None:
        """Say that the process ends, so that it is not counted any more."""
        try:
            Heartbeat.objects.filter(pk=self._name).delete()
        except (DatabaseError, InterfaceError) as error:
            log.warning("heartbeat not ended", kind=str(self._kind), error=str(error))

    def write(self) -> None:
        """Say it now. Raises DatabaseError and InterfaceError."""
        at = timezone.now()
        if not self._is_known:
            Heartbeat.objects.filter(at__lt=at - _REMEMBERED).delete()
        if not Heartbeat.objects.filter(pk=self._name).update(at=at):
            Heartbeat.objects.create(pk=self._name, kind=self._kind, at=at)
        self._is_known = True


def silence_allowed() -> timedelta:
    """How long a process at work may say nothing: as long as the longest task, and a while."""
    return timedelta(seconds=settings.VISIBILITY_SECONDS / 2 + 2 * BEAT_SECONDS)


def heard_of(kind: Heartbeat.Kind) -> tuple[int, datetime | None]:
    """How many processes of a kind are at work, and when one was heard of last."""
    beats = list(Heartbeat.objects.filter(kind=kind).values_list("at", flat=True))
    oldest = timezone.now() - silence_allowed()
    return sum(at >= oldest for at in beats), max(beats, default=None)
