"""Many records in one request: each has an outcome of its own, and wrong ones stop no others."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from common.deadline import Deadline
from common.rest.json_schema import reference
from common.rest.problems import ProblemFaultSerializer, first_faults
from common.rest.strict import Strict
from messages_app import batch_write
from messages_app.api.serializers import MessageSerializer
from messages_app.schema.record import Record, key_taken
from messages_app.store.bulk_insert import ON_CONFLICT, InsertResult, OnConflict
from messages_app.store.expiring import retention
from messages_app.store.repository import RecordRepository

MAX_MESSAGES = 1000
REJECTED = "rejected"
OUTCOMES = ("written", "unchanged", "kept", "replaced", REJECTED)


_NEW = {"anyOf": [reference("NewMessage"), {"type": "object"}]}


@extend_schema_field({"type": "array", "minItems": 1, "maxItems": MAX_MESSAGES, "items": _NEW})
class _Messages(serializers.ListField):
    """Checks how many there are before it looks at any of them."""

    def run_child_validation(self, data: Any) -> Any:
        self.run_validators(data)
        return super().run_child_validation(data)


@extend_schema_serializer(component_name="MessageBatch")
class BatchSerializer(Strict):
    """Records to write, and what to do with one whose key a different record has: keep both,
    replace it, or reject the new one."""

    default_error_messages: ClassVar = {"unknown": "is not a member of a batch"}
    ignored: ClassVar = frozenset()

    on_conflict = serializers.ChoiceField(
        choices=ON_CONFLICT,
        default="keep",
        help_text="What to do with a record whose key a different one has: `keep` both, `replace`"
        " the one that is there, or `reject` the new one.",
    )
    messages = _Messages(
        child=serializers.DictField(),
        min_length=1,
        max_length=MAX_MESSAGES,
        help_text="New records. Each one that is not valid is rejected, and the others are"
        " written.",
    )


class BatchReceiptSerializer(serializers.Serializer[Any]):
    """How many records had each outcome; `read` is the sum of the others."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.IntegerField(min_value=0) for name in ("read", *OUTCOMES)}


class BatchResultSerializer(serializers.Serializer[Any]):
    """What happened to a record. Its key or, when a different record has that, the other's."""

    outcome = serializers.ChoiceField(OUTCOMES)
    date = serializers.DateField(required=False)
    time = serializers.CharField(required=False)

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own errors have that name.
        return {**super().get_fields(), "errors": ProblemFaultSerializer(many=True, required=False)}


@extend_schema_serializer(component_name="MessageBatchAnswer")
class BatchAnswerSerializer(serializers.Serializer[Any]):
    """What happened to the records, in the order in which they were sent."""

    receipt = BatchReceiptSerializer()
    results = BatchResultSerializer(many=True)


def write(
    repository: RecordRepository, items: list[Any], on_conflict: OnConflict
) -> list[dict[str, Any]]:
    """What became of each record, in their order. Raises ServiceError, with some written."""
    results: list[dict[str, Any]] = []
    records: dict[int, Record] = {}
    for index, data in enumerate(items):
        serializer = MessageSerializer(repository.schema, data=data)
        faults = [] if serializer.is_valid() else first_faults(serializer.errors)
        if not faults:
            record = serializer.new_record
            if sentence := retention.refusal(record.date, repository.kind):
                faults = [{"field": "date", "code": "expired", "detail": sentence}]
            else:
                records[index] = record
        results.append({"outcome": REJECTED, "errors": faults})
    deadline = Deadline(settings.AWS_READ_SECONDS)
    placed = batch_write.write(repository, list(records.values()), on_conflict, deadline)
    for index, one in zip(records, placed, strict=True):
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
