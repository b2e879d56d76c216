"""One poll of the inbox: what was received is done, written down, and taken off the queue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog
from django.conf import settings

from common.deadline import Deadline
from ingestion.aws.sqs import Delivery
from ingestion.running.inbox import account, dead_letters
from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.models import Outcome
from ingestion.running.inbox.waves import waves
from ingestion.running.inbox.work import Work
from messages_app.legacy.queue.tables import Readers

log = structlog.get_logger(__name__)


def handle(deliveries: Sequence[Delivery]) -> list[Incoming]:
    """What became of each message, in the order in which they were sent. Raises ServiceError,
    DatabaseError and InterfaceError: all of them come again then, which is harmless."""
    messages = [Incoming(delivery) for delivery in {one.id: one for one in deliveries}.values()]
    messages.sort(key=lambda one: one.place)
    handled = account.known(messages)
    readers = Readers()
    for one in messages:
        if one.id in handled:
            one.done(Outcome.REPEATED)
        else:
            _read(one, readers)
    deadline = time_for_all()
    for wave in waves(messages):
        for asked in _by_kind(one for one in wave if one.outcome is None):
            Work(asked[0].kind.repository, deadline).run(asked)
    for one in messages:
        if one.outcome is Outcome.REFUSED and not dead_letters.put_aside(one):
            one.outcome = Outcome.FAILED
    account.record_outcomes(messages)
    return messages


def time_for_all() -> Deadline:
    """For the messages of a poll, which are hidden from other listeners for twice as long."""
    return Deadline(settings.VISIBILITY_SECONDS / 2)


def _by_kind(messages: Iterable[Incoming]) -> list[list[Incoming]]:
    by_kind: dict[str, list[Incoming]] = defaultdict(list)
    for one in messages:
        by_kind[one.kind.name].append(one)
    return list(by_kind.values())


def _read(one: Incoming, readers: Readers) -> None:
    try:
        one.read(readers)
    except Exception as error:  # a fault of ours, which must not keep other messages waiting
        log.exception("inbox message not read", message=one.id)
        one.fail(f"{type(error).__name__}, a fault of Sluice; the log has more")
