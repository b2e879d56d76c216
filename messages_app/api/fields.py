"""Serializer fields that follow the schema: its rules, labels and units."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app.schema import timestamps
from messages_app.schema.schema import Field
from messages_app.schema.types import Value
from messages_app.schema.validation import Invalid


def invalid(error: Invalid) -> ValidationError:
    """The API's error for a value that breaks its rule."""
    return ValidationError([ErrorDetail(error.detail, error.code)])


class ValueField(serializers.Field):  # type: ignore[type-arg]
    """One field of a message, read by the schema's own rule."""

    default_error_messages: ClassVar = {"required": "is missing", "null": "is missing"}

    def __init__(self, field: Field, **kwargs: Any) -> None:
        self.import_record = field
        super().__init__(label=field.label, help_text=field.heading, **kwargs)

    def to_internal_value(self, data: Any) -> Value:
        try:
            return self.import_record.type.from_json(data)
        except Invalid as error:
            raise invalid(error) from error

    def to_representation(self, value: Value) -> Value:
        return value


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
