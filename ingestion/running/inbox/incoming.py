"""A message of another producer on its way: what it asks for, and what became of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from common.rest.exact_json import exact_json
from ingestion.aws.sqs import Delivery, is_fifo
from ingestion.running.inbox.models import Outcome
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.legacy.queue.operations import Key, Operation
from messages_app.legacy.queue.tables import Readers
from messages_app.schema.record import CONFLICT_SEPARATOR, QueueOrigin, Record
from messages_app.schema.validation import Invalid

METHOD = "Method"
REPLY_TO = "ReplyTo"
# Beside a dead letter that Sluice itself put there: why.
REASON = "DeadLetterReason"
# Beside a dead letter that was sent back as it was: the id that the message had at first.
FIRST_ID = "FirstMessageId"
_LONGEST_SENDER = 100


@dataclass(slots=True)
class Incoming:
    """One delivery. ``operation`` is None while nobody has read it, and is about records of
    ``kind``; ``outcome`` is None while nothing has become of it. ``reason`` says why it was refused
    or failed; ``is_untouched`` that there was no time for it. ``stored`` are its new records."""

    delivery: Delivery
    kind: RecordKind = BUILTIN
    operation: Operation | None = None
    outcome: Outcome | None = None
    reason: str = ""
    is_untouched: bool = False
    stored: list[Record] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.delivery.id

    @property
    def method(self) -> str:
        return text_of(self.delivery.attributes, METHOD)

    @property
    def reply_to(self) -> str:
        return text_of(self.delivery.attributes, REPLY_TO)

    @property
    def sender(self) -> str:
        """Who sent it, as SQS knows them: the id of a user or role."""
        return self.delivery.known.get("SenderId", "")[:_LONGEST_SENDER]

    @property
    def sent_at(self) -> int:
        """Milliseconds since 1970."""
        return int(self.delivery.known.get("SentTimestamp", 0))

    @property
    def group(self) -> str:
        """Of the messages of one group SQS keeps the order; '' where it keeps none. (In a standard
        queue groups are for fairness alone.)"""
        fifo = is_fifo(settings.MESSAGE_INBOX_QUEUE)
        return self.delivery.known.get("MessageGroupId", "") if fifo else ""

    @property
    def place(self) -> tuple[int, int]:
        """Where it is in the order in which messages were sent."""
        return int(self.delivery.known.get("SequenceNumber", 0)), self.sent_at

    @property
    def is_last_delivery(self) -> bool:
        count = int(self.delivery.known.get("ApproximateReceiveCount", 1))
        return count >= settings.MAX_DELIVERIES

    @property
    def is_dead_letter(self) -> bool:
        """Whether it was put aside, or is by SQS, now that nothing became of it."""
        if self.outcome is Outcome.REFUSED:
            return True
        return self.outcome is Outcome.FAILED and self.is_last_delivery

    @property
    def origin(self) -> QueueOrigin:
        first_id = text_of(self.delivery.attributes, FIRST_ID) or self.id
        return QueueOrigin(settings.MESSAGE_INBOX_QUEUE, first_id[:100], 1, self.sender)

    @property
    def keys(self) -> set[Key]:
        """The plain keys of the records that it is about."""
        keys: Iterable[Key] = self.operation.keys if self.operation else ()
        return {(date, time.partition(CONFLICT_SEPARATOR)[0]) for date, time in keys}

    @property
    def new_by_date(self) -> Counter[str]:
        return Counter(record.date for record in self.stored)

    def read(self, readers: Readers) -> None:
        """Find out what it asks for; one that asks for nothing that can be done is refused."""
        try:
            body = body_of(self.delivery.body)
            self.kind, self.operation = readers.read(self.method, body, self.origin)
        except Invalid as error:
            self.refuse(error.detail)

    def done(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def refuse(self, reason: str) -> None:
        """It is wrong, and would be so at every delivery."""
        self.outcome, self.reason = Outcome.REFUSED, reason

    def fail(self, reason: str) -> None:
        """It was not done, and comes again, unless it came too often."""
        if self.is_last_delivery:
            self.refuse(f"after {settings.MAX_DELIVERIES} deliveries: {reason}")
        else:
            self.outcome, self.reason = Outcome.FAILED, reason

    def wait_for(self, earlier: "Incoming") -> None:
        """It must not be done before another, which failed or is untouched."""
        reason = "an earlier message of its group failed"
        self.outcome, self.reason = Outcome.FAILED, reason
        self.is_untouched = earlier.is_untouched

    def leave(self) -> None:
        """There was no time for it."""
        self.outcome, self.reason, self.is_untouched = Outcome.FAILED, "no time was left", True


def body_of(text: str) -> Any:
    """The JSON of a message. Raises Invalid."""
    try:
        return exact_json(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("not_json", f"the body is not JSON: {error}") from error


def text_of(attributes: Any, name: str) -> str:
    """A message attribute that is text."""
    return str(attributes.get(name, {}).get("StringValue", ""))
