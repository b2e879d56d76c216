"""Doing what the messages of a poll ask for: their inserts at once, all else one by one, and what
is about one record in order."""

from collections.abc import Callable, Sequence

import structlog
from django.db import DatabaseError, DataError, InterfaceError

from audit.actor import Actor
from common.deadline import Deadline
from common.errors import NotFound, ServiceError
from ingestion.running.inbox import replies
from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.inserts import Inserts
from ingestion.running.inbox.models import Outcome
from messages_app.editing import Editor
from messages_app.legacy.queue.operations import Change, Key, ReadAll, Write
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)


class Work:
    """Does what messages ask for. After :meth:`run` each has an outcome."""

    def __init__(self, repository: RecordRepository, deadline: Deadline) -> None:
        self._repository = repository
        self._deadline = deadline
        self._inserts = Inserts(repository, deadline)
        # To be inserted, and the keys of what failed: what comes behind must wait for it.
        self._pending: list[Incoming] = []
        self._blocked: set[Key] = set()

    def run(self, messages: Sequence[Incoming]) -> None:
        """In this order, as far as they are about the same records. Raises DatabaseError and
        InterfaceError, with some of them done."""
        for one in messages:
            self._take(one)
        self._insert_pending()

    def _take(self, one: Incoming) -> None:
        if self._must_wait(one):
            return
        if _only_inserts(one):
            self._pending.append(one)
            return
        if isinstance(one.operation, ReadAll) or any(one.keys & it.keys for it in self._pending):
            self._insert_pending()
        if not self._must_wait(one):
            self._attempt([one], lambda: self._do(one))

    def _must_wait(self, one: Incoming) -> bool:
        if one.keys & self._blocked:
            one.fail("an earlier message about the same record failed")
        elif self._deadline.passed and not one.is_last_delivery:
            one.leave()
        return one.outcome is not None

    def _insert_pending(self) -> None:
        batch, self._pending = self._pending, []
        if batch:
            self._attempt(batch, lambda: self._inserts.run(batch))

    def _attempt(self, batch: Sequence[Incoming], act: Callable[[], None]) -> None:
        try:
            act()
        except NotFound as error:  # it may have come before the message that makes the record
            for one in batch:
                one.fail(str(error))
            return
        except (ServiceError, DataError) as error:
            _fail(batch, str(error) if isinstance(error, ServiceError) else type(error).__name__)
        except (DatabaseError, InterfaceError, OSError):
            raise
        except Exception as error:  # a fault of ours, which must not keep other messages waiting
            log.exception("inbox message failed", messages=[one.id for one in batch])
            _fail(batch, f"{type(error).__name__}, a fault of Sluice; the log has more")
        for one in batch:
            if one.outcome is Outcome.FAILED:
                self._blocked |= one.keys

    def _do(self, one: Incoming) -> None:
        if isinstance(one.operation, Change):
            self._change(one, one.operation)
        elif isinstance(one.operation, Write):
            self._write(one, one.operation)
        else:
            replies.reply(one, self._repository)

    def _change(self, one: Incoming, change: Change) -> None:
        record = self._repository.get(*change.key)
        if record is None:
            raise NotFound(f"there is no record {' '.join(change.key)}")
        if all(record.values.get(name) == value for name, value in change.values.items()):
            one.done(Outcome.UNCHANGED)
            return
        self._editor(one).update(record, change.values)
        one.done(Outcome.CHANGED)

    def _write(self, one: Incoming, write: Write) -> None:
        if write.inserts:
            self._inserts.run([one])
            if one.outcome in (Outcome.FAILED, Outcome.REFUSED):
                return
        deleted = [self._delete(one, key) for key in write.deletes]
        if not write.inserts or one.outcome is Outcome.UNCHANGED:
            one.done(Outcome.DELETED if any(deleted) else one.outcome or Outcome.ABSENT)

    def _delete(self, one: Incoming, key: Key) -> bool:
        """Whether there was a record."""
        record = self._repository.get(*key)
        if record is None:
            return False
        try:
            self._editor(one).delete(record)
        except NotFound:  # somebody else was quicker
            return False
        return True

    def _editor(self, one: Incoming) -> Editor:
        origin = one.origin
        actor = Actor.from_queue(one.sender, queue=origin.queue, message=origin.message_id)
        return Editor(self._repository, actor)


def _only_inserts(one: Incoming) -> bool:
    return isinstance(one.operation, Write) and not one.operation.deletes


def _fail(batch: Sequence[Incoming], reason: str) -> None:
    for one in batch:
        one.fail(reason)
