"""Reads the inbox: messages of other producers, which make, change, delete or ask for records."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.aws.sqs import Delivery
from ingestion.running.inbox import account, poll
from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.models import Outcome
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)

_PAUSE_AFTER_FAILURE = 2.0
_FORGET_SECONDS = 3600
# While more wait than one answer of SQS holds, a poll has so many further answers.
_MORE_ANSWERS = 4


class InboxListener:
    """Reads the inbox until :meth:`stop` is called."""

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        repository: RecordRepository | None = None,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._stopping = False
        self._is_out = False
        self._threads = ThreadPoolExecutor(_MORE_ANSWERS)
        # As many as there is time for.
        self._more_answers = _MORE_ANSWERS
        self._repository = repository or BUILTIN.repository
        self._url = ""

    def stop(self) -> None:
        """End :meth:`run` after the messages in hand."""
        self._stopping = True

    def run(self) -> None:
        """Listen. Whatever fails is logged and waited out."""
        next_forgetting = self._clock() + _FORGET_SECONDS
        while not self._stopping:
            close_old_connections()
            try:
                self.listen_once()
                if self._clock() >= next_forgetting:
                    account.forget()
                    next_forgetting = self._clock() + _FORGET_SECONDS
            except (ServiceError, DatabaseError, InterfaceError, OSError) as error:
                log.warning("listening to the inbox failed", error=str(error))
                self._url = ""  # the queue may be another by now
                self._sleep(_PAUSE_AFTER_FAILURE)
            except Exception:  # a fault of ours: bucket events are listened to beside this
                log.exception("listening to the inbox failed")
                self._sleep(_PAUSE_AFTER_FAILURE)
        self._threads.shutdown()
        close_old_connections()

    def listen_once(self) -> None:
        """Handle the messages that wait, or that come within the poll's time."""
        if self._is_out:  # no delivery is to be wasted while the table does not answer
            self._repository.get("1970-01-01", "00:00:00")
        url = self._url = self._url or sqs.queue_url(settings.MESSAGE_INBOX_QUEUE)
        deliveries = self._receive(url)
        if not deliveries:
            return
        messages = poll.handle(deliveries)
        failed = {one.id: one for one in messages if one.outcome is Outcome.FAILED}
        has_time = not any(one.is_untouched for one in failed.values())
        self._more_answers = min(self._more_answers + 1, _MORE_ANSWERS) if has_time else 0
        self._is_out = has_time and len(failed) == len(messages)
        self._delete(url, [one for one in deliveries if one.id not in failed])
        self._give_back(url, failed.values())

    def _receive(self, url: str) -> list[Delivery]:
        first = sqs.receive(url)
        if len(first) < sqs.MAX_AT_ONCE:
            return first
        more = self._threads.map(
            lambda _: sqs.receive(url, wait_seconds=0), range(self._more_answers)
        )
        return [*first, *(one for batch in more for one in batch)]

    def _delete(self, url: str, deliveries: Sequence[Delivery]) -> None:
        list(self._threads.map(lambda few: sqs.delete(url, few), list(sqs.at_most_ten(deliveries))))

    def _give_back(self, url: str, failed: Iterable[Incoming]) -> None:
        by_pause: dict[int, list[Incoming]] = defaultdict(list)
        for one in failed:
            by_pause[_pause(one)].append(one)
        for seconds, messages in by_pause.items():
            ids, reasons = [one.id for one in messages], sorted({one.reason for one in messages})
            log.warning("inbox messages failed", messages=ids, reasons=reasons[:3])
            sqs.hide(url, [one.delivery for one in messages], seconds)


def _pause(one: Incoming) -> int:
    """Seconds until it is delivered again, more each time."""
    if one.is_untouched:
        return 0
    count = int(one.delivery.known.get("ApproximateReceiveCount", 1))
    return settings.RETRY_SECONDS[min(count, len(settings.RETRY_SECONDS)) - 1]
