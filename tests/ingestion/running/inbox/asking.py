"""Messages of producers as the listener has them, without a queue; and a table for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws.sqs import Delivery
from ingestion.running.inbox.incoming import Incoming
from messages_app.legacy.queue.operations import Operation, Write
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.bulk_insert import InsertResult
from tests.ingestion.helpers import FIRST_SECOND
from tests.messages_app.records import record

# Records of different moments.
A, B, C = (record(FIRST_SECOND + second) for second in range(3))


def asks(operation: Operation | None = None, id_: str = "an-id", **known: Any) -> Incoming:
    """A message; ``known`` is what SQS says of it."""
    texts = {name: str(value) for name, value in known.items()}
    return Incoming(Delivery(id_, "", "a-receipt", {}, texts), operation=operation)


def posts(*messages: Record, **known: Any) -> Incoming:
    """A message that brings records."""
    return asks(Write(messages), **known)


def no_answer(number: int = 0) -> ServiceError:
    return ServiceError(f"no answer {number}", "SlowDown", permanent=False)


PERMANENT = ClientError({"Error": {"Code": "InvalidParameterValue"}}, "SendMessage")
PASSING = EndpointConnectionError(endpoint_url="sqs")


@contextmanager
def nothing_sent(error: Exception) -> Iterator[None]:
    """SQS takes no message."""
    events, name = sqs_client().meta.events, "before-call.sqs.SendMessage"

    def refuse(**_: Any) -> None:
        raise error

    events.register(name, refuse, unique_id="refused")
    try:
        yield
    finally:
        events.unregister(name, unique_id="refused")


class Table:
    """A repository. ``found`` is what it has, ``outcomes`` what becomes of a record that is not
    just written; what is inserted along with one of ``refused`` fails."""

    kind, schema = "messages", MESSAGE

    def __init__(self, *found: Record, refused: tuple[Record, ...] = (), **outcomes: str):
        self.found = {one.key: one for one in found}
        self.refused = {one.key for one in refused}
        self.outcomes = outcomes
        self.calls: list[str] = []
        self.seconds: list[float] = []

    def insert_many(self, messages: Any, on_conflict: str, deadline: Any) -> list[InsertResult]:
        self.calls.append("insert " + " ".join(one.time[-2:] for one in messages))
        self.seconds.append(deadline.left)
        assert on_conflict == "keep"
        if self.refused & {one.key for one in messages}:
            raise no_answer(len(self.calls))
        return [self._result(one) for one in messages]

    def _result(self, message: Record) -> InsertResult:
        outcome: Any = self.outcomes.get(f"at_{message.time[-2:]}", "written")
        time = f"{message.time}~beside" if outcome == "kept" else message.time
        return InsertResult(outcome, (message.date, time))

    def get(self, date: str, time: str) -> Record | None:
        return self.found.get((date, time))

    def update(self, message: Record, changes: Any, *, only_if_same: bool = False) -> Record:
        self.calls.append(f"update {message.time[-2:]}")
        return message

    def delete(self, message: Record, *, only_if_same: bool = False) -> None:
        self.calls.append(f"delete {message.time[-2:]}")
