"""Serializer fields that follow the schema: its rules, labels and units."""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app import instants
from messages_app.api import json_schemas
from messages_app.faults import Invalid
from messages_app.schema import Field
from messages_app.values import Value


def invalid(error: Invalid) -> ValidationError:
    """The API's error for a value that breaks its rule."""
    return ValidationError([ErrorDetail(error.detail, error.code)])


class ValueField(serializers.Field):  # type: ignore[type-arg]
    """One field of a message, read by the schema's own rule."""

    default_error_messages: ClassVar = {"required": "is missing", "null": "is missing"}

    def __init__(self, field: Field, **kwargs: Any) -> None:
        self.of = field
        unit = f" ({field.unit})" if field.unit else ""
        super().__init__(label=field.label, help_text=f"{field.label}{unit}", **kwargs)

    def to_internal_value(self, data: Any) -> Value:
        try:
            return self.of.type.from_json(data)
        except Invalid as error:
            raise invalid(error) from error

    def to_representation(self, value: Value) -> Value:
        return value


class DateField(serializers.Field):  # type: ignore[type-arg]
    """A UTC date, ``2019-05-28``."""

    json_schema = json_schemas.DATE

    def to_internal_value(self, data: Any) -> str:
        try:
            return instants.clean_date(str(data))
        except Invalid as error:
            raise invalid(error) from error

    def to_representation(self, value: str) -> str:
        return value


class TimeField(serializers.Field):  # type: ignore[type-arg]
    """A UTC time of day as keys have it; what the client wrote, for the key may have a digest."""

    json_schema = json_schemas.TIME

    def to_internal_value(self, data: Any) -> str:
        return str(data)

    def to_representation(self, value: str) -> str:
        return value


class ValueFieldInDocument(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = ValueField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return json_schemas.of_field(self.target.of, is_answer=direction == "response")


class KeyPartInDocument(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = DateField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(self.target.json_schema)


class TimeInDocument(KeyPartInDocument):
    target_class = TimeField
