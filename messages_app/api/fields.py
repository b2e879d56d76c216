"""Serializer fields that follow the schema: its rules, labels and units."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app.schema import timestamps
from messages_app.schema.schema import Field
from messages_app.schema.types import Text, Timestamp, Value
from messages_app.schema.validation import Invalid


def invalid(error: Invalid) -> ValidationError:
    """The API's error for a value that breaks its rule."""
    return ValidationError([ErrorDetail(error.detail, error.code)])


class ValueField(serializers.Field):  # type: ignore[type-arg]
    """One field of a message, read by the schema's own rule."""

    default_error_messages: ClassVar = {"required": "is missing", "null": "is missing"}

    def __init__(self, field: Field, **kwargs: Any) -> None:
        self.import_record = field
        unit = f" ({field.unit})" if field.unit else ""
        super().__init__(label=field.label, help_text=f"{field.label}{unit}", **kwargs)

    def to_internal_value(self, data: Any) -> Value:
        try:
            _check_text(self.import_record, data)
            return self.import_record.type.from_json(data)
        except Invalid as error:
            raise invalid(error) from error

    def to_representation(self, value: Value) -> Value:
        return value


def _check_text(field: Field, given: object) -> None:
    """What JSON tells more strictly than cells do: lengths count spaces too, and numbers have no
    quotes. Raises Invalid."""
    if not isinstance(given, str):
        return
    if isinstance(field.type, Text) and len(given) > field.type.max_length:
        maximum = field.type.max_length
        raise Invalid("too_long", f"has {len(given):,} characters, {maximum:,} are allowed")
    if isinstance(field.type, Timestamp) and not timestamps.looks_like_iso(given):
        raise Invalid(
            "not_a_timestamp",
            "must be a number, without quotes, or ISO 8601 such as 2019-05-28T10:55:09Z",
        )


class DateField(serializers.Field):  # type: ignore[type-arg]
    """A UTC date, ``2019-05-28``."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return timestamps.clean_date(str(data))
        except Invalid as error:
            raise invalid(error) from error

    def to_representation(self, value: str) -> str:
        return value


class TimeField(serializers.Field):  # type: ignore[type-arg]
    """A UTC time of day as keys have it; what the client wrote, for the key may have a digest."""

    def to_internal_value(self, data: Any) -> str:
        return str(data)

    def to_representation(self, value: str) -> str:
        return value
