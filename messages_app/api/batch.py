"""Many records in one request: each has an outcome of its own, and wrong ones stop no others."""

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from common.deadline import Deadline
from common.rest.problems import first_faults
from common.rest.strict import Strict
from messages_app import batch_write
from messages_app.api.serializers import MessageSerializer
from messages_app.schema.record import Message, key_taken
from messages_app.store.bulk_insert import ON_CONFLICT, InsertResult, OnConflict
from messages_app.store.repository import MessageRepository

MAX_MESSAGES = 1000
REJECTED = "rejected"
OUTCOMES = ("written", "unchanged", "kept", "replaced", REJECTED)


class _Messages(serializers.ListField):
    """Checks how many there are before it looks at any of them."""

    def run_child_validation(self, data: Any) -> Any:
        self.run_validators(data)
        return super().run_child_validation(data)


class BatchSerializer(Strict):
    """Records to write, and what to do with one whose key a different record has: keep both,
    replace it, or reject the new one."""

    default_error_messages: ClassVar = {"unknown": "is not a member of a batch"}
    ignored: ClassVar = frozenset()

    on_conflict = serializers.ChoiceField(choices=ON_CONFLICT, default="keep")
    messages = _Messages(child=serializers.DictField(), min_length=1, max_length=MAX_MESSAGES)


def write(
    repository: MessageRepository, items: list[Any], on_conflict: OnConflict
) -> list[dict[str, Any]]:
    """What became of each record, in their order. Raises ServiceError, with some written."""
    results: list[dict[str, Any]] = []
    messages: dict[int, Message] = {}
    for index, data in enumerate(items):
        serializer = MessageSerializer(repository.schema, data=data)
        if serializer.is_valid():
            messages[index] = serializer.new_message
        results.append({"outcome": REJECTED, "errors": first_faults(serializer.errors)})
    deadline = Deadline(settings.AWS_READ_SECONDS)
    placed = batch_write.write(repository, list(messages.values()), on_conflict, deadline)
    for index, one in zip(messages, placed, strict=True):
        results[index] = _result(one)
    return results


def receipt_of(results: list[dict[str, Any]]) -> dict[str, int]:
    """How many records had each outcome; *read* is the sum of the others."""
    counts = {name: sum(one["outcome"] == name for one in results) for name in OUTCOMES}
    return {"read": len(results), **counts}


def _result(placed: InsertResult) -> dict[str, Any]:
    date, time = placed.key
    if placed.outcome != "key_conflict":
        return {"outcome": placed.outcome, "date": date, "time": time}
    return {
        "outcome": REJECTED,
        "date": date,
        "time": time,
        "errors": [{"field": None, "code": "key_taken", "detail": key_taken(placed.key)}],
    }
