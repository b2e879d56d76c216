"""The listener: turns S3's event notifications into imports, and looks after stalled imports,
files that nobody announced, records that expire, columns that are due, and what is overdue."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError, InterfaceError, close_old_connections

from columns import turns as columns
from common import meters
from common.aws.s3 import StoredObject
from common.errors import ServiceError
from common.tracing import spans
from ingestion.aws import sqs
from ingestion.aws.object_keys import is_importable
from ingestion.dead_letters import arriving, causes
from ingestion.running import lifecycle
from ingestion.running.ended import deletion
from ingestion.running.ended.by_query import work as by_query
from ingestion.running.heartbeats import Heart, Kind
from ingestion.running.progress import Queue
from ingestion.running.recovery import resume_stalled
from ingestion.running.s3_events import UnreadableEvent, check_bucket, created_objects
from ingestion.running.unannounced import overdue, turns
from messages_app.kinds.expiring import turns as expiring
from notices import turns as notices

log = structlog.get_logger(__name__)

_PAUSE_AFTER_FAILURE = 2.0
# Failures of what the listener stands on: waited out, whatever the message was.
_OUTAGES = (ServiceError, DatabaseError, InterfaceError, OSError)


class Listener:
    """Reads the bucket's events until :meth:`stop` is called.

    A message is deleted when all its objects have an import. One that cannot be read, or that
    brings to light a fault of ours, is left to the queue's redrive policy.
    """

    def __init__(
        self,
        queue: Queue,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._sleep = sleep
        self._clock = clock
        self._stopping = False
        self._heart = Heart(Kind.LISTENER)

    def stop(self) -> None:
        """End :meth:`run` after the messages in hand."""
        self._stopping = True

    def run(self) -> None:
        """Listen. Failures of AWS and of the database are logged and waited out."""
        meters.serve(settings.METRICS_PORT)
        next_check = next_turn = self._clock()
        while not self._stopping:
            close_old_connections()
            self._heart.beat()
            try:
                is_idle = not self.listen_once()
                if self._clock() >= next_check:
                    resume_stalled(self._queue)
                    by_query.resume_stalled(self._queue)
                    turns.arrange_sweep()
                    deletion.sweep()
                    notices.look_after()
                    next_check = self._clock() + settings.STALL_SECONDS / 4
                if self._clock() >= next_turn:
                    turns.take_turn(self._queue)
                    expiring.take_turn()
                    overdue.take_turn(is_idle=is_idle)
                    notices.take_turn()
                    columns.take_turn()
                    next_turn = self._clock() + settings.POLL_SECONDS
            except _OUTAGES as error:
                log.warning("listening failed", error=str(error))
                self._sleep(_PAUSE_AFTER_FAILURE)
        self._heart.stop()

    def listen_once(self) -> int:
        """Handle the messages that wait, or that come within the poll's time; how many came."""
        url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
        handled: list[sqs.Delivery] = []
        received = sqs.receive(url)
        try:
            handled.extend(one for one in received if self._handle(one))
        finally:
            sqs.delete(url, handled)
        return len(received)

    def _start(self, stored: StoredObject) -> None:
        try:
            lifecycle.start(stored, self._queue)
        except deletion.WasDeleted:
            log.info("event of a deleted import", key=stored.key)

    def _handle(self, delivery: sqs.Delivery) -> bool:
        """Whether a message is done with."""
        try:
            objects = created_objects(delivery.body)
            check_bucket(objects)
            for stored in objects:
                if is_importable(stored.key):
                    with spans.span("bucket event", "consumer", ""):
                        self._start(stored)
        except UnreadableEvent as error:
            log.error("unreadable event", message=delivery.id, error=str(error))
            arriving.tell_of_event(delivery, "it cannot be read.")
            return False
        except DataError as error:  # the database's word for a value that it does not take
            log.error("event failed", message=delivery.id, error=type(error).__name__)
            _note(delivery, "The database does not take a value of it.")
            return False
        except _OUTAGES as error:
            _note(delivery, f"{str(error).rstrip('.')}.")
            raise
        except Exception as error:  # a fault of ours, which must not keep other messages waiting
            log.exception("event failed", message=delivery.id)
            _note(delivery, f"A fault of Sluice: {type(error).__name__}.")
            return False
        return True


def _note(delivery: sqs.Delivery, cause: str) -> None:
    causes.note(delivery.id, cause)
    arriving.tell_of_event(delivery, cause)
