"""What clients send to write many records, and the outcomes that these can have."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app.store.bulk_insert import ON_CONFLICT

MAX_MESSAGES = 1000
REJECTED = "rejected"
OUTCOMES = ("written", "unchanged", "kept", "replaced", REJECTED)


class _Messages(serializers.ListField):
    """Checks how many there are before it looks at any of them."""

    def run_child_validation(self, data: Any) -> Any:
        self.run_validators(data)
        return super().run_child_validation(data)


class BatchSerializer(serializers.Serializer[Any]):
    """Records to write, and what to do with one whose key a different record has: keep both,
    replace it, or reject the new one."""

    on_conflict = serializers.ChoiceField(choices=ON_CONFLICT, default="keep")
    messages = _Messages(child=serializers.DictField(), min_length=1, max_length=MAX_MESSAGES)

    def validate(self, attrs: Any) -> Any:
        unknown = [name for name in self.initial_data if name not in self.fields]
        if unknown:
            fault = ErrorDetail("is not a member of a batch", "unknown")
            raise ValidationError({name: [fault] for name in unknown})
        return attrs
