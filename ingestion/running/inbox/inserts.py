"""The inserts of a poll, written in one batch; if that fails, in smaller and smaller ones, so that
a message that cannot be written harms no other."""

from collections.abc import Sequence

from django.conf import settings

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.models import Outcome
from messages_app.legacy.queue.operations import Write
from messages_app.schema.record import Record, key_taken
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.expiring import retention
from messages_app.store.repository import RecordRepository

# Of a batch that failed, the parts are given so long each, and so many of them may fail.
_PART_SECONDS = 2.0
_MOST_FAILURES = 12
# Of what was begun, no request is given less.
_LAST_SECONDS = 0.5


class Inserts:
    """Writes the records of messages; what is to be deleted is another's work."""

    def __init__(self, repository: RecordRepository, deadline: Deadline) -> None:
        self._repository = repository
        self._deadline = deadline
        self._failures: list[ServiceError] = []

    def run(self, batch: Sequence[Incoming]) -> None:
        """Each of them has an outcome then."""
        self._failures.clear()
        kept = [one for one in batch if not self._is_expired(one)]
        if kept:
            self._write(kept, settings.AWS_READ_SECONDS)

    def _is_expired(self, one: Incoming) -> bool:
        """Whether a message was refused for what it brings is too old."""
        kind = self._repository.kind
        found = (retention.refusal(record.date, kind) for record in _inserts(one))
        sentence = next(filter(None, found), None)
        if sentence is not None:
            one.refuse(f"the record {sentence}")
        return sentence is not None

    def _write(self, batch: Sequence[Incoming], seconds: float) -> None:
        if len(self._failures) >= _MOST_FAILURES:
            self._fail(batch)
            return
        records = [record for one in batch for record in _inserts(one)]
        deadline = Deadline(min(seconds, max(_LAST_SECONDS, self._deadline.left)))
        try:
            placed = iter(self._repository.insert_many(records, "keep", deadline))
        except ServiceError as error:
            self._failures.append(error)
            self._write_parts(batch)
            return
        for one in batch:
            _account(one, [(record, next(placed)) for record in _inserts(one)])

    def _write_parts(self, batch: Sequence[Incoming]) -> None:
        if len(batch) == 1:
            self._fail(batch)
            return
        middle = len(batch) // 2
        self._write(batch[:middle], _PART_SECONDS)
        self._write(batch[middle:], _PART_SECONDS)

    def _fail(self, batch: Sequence[Incoming]) -> None:
        for one in batch:
            one.fail(str(self._failures[-1]))


def _inserts(one: Incoming) -> tuple[Record, ...]:
    return one.operation.inserts if isinstance(one.operation, Write) else ()


def _account(one: Incoming, placed: list[tuple[Record, InsertResult]]) -> None:
    outcomes = {result.outcome for _, result in placed}
    one.stored = [
        record.with_time(result.key[1])
        for record, result in placed
        if result.outcome in ("written", "kept")
    ]
    if "key_conflict" in outcomes:
        taken = next(result.key for _, result in placed if result.outcome == "key_conflict")
        one.refuse(key_taken(taken))
    elif "kept" in outcomes:
        one.done(Outcome.KEPT)
    else:
        one.done(Outcome.WRITTEN if "written" in outcomes else Outcome.UNCHANGED)
