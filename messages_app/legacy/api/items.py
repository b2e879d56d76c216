"""Records as the ancestor's clients send and get them: plain JSON under the name ``Item``."""

from typing import Any

from messages_app.api.serializers import MessageSerializer
from messages_app.presentation.record_json import ORIGIN, record_as_json
from messages_app.schema.record import Record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Value
from messages_app.schema.validation import Invalid


def item_as_json(record: Record) -> dict[str, Any]:
    """The attributes that a record has; one without an origin has no attribute for it."""
    item = record_as_json(record)
    if record.origin is None:
        del item[ORIGIN]
    return item


def record_of(body: object, schema: Schema) -> Record:
    """The record that the body of a POST asks for. Raises Invalid or ValidationError."""
    if not isinstance(body, dict) or not isinstance(body.get("Item"), dict):
        raise Invalid("required", "the body must be a JSON object with the object Item")
    serializer = ItemSerializer(schema, data=body["Item"])
    serializer.is_valid(raise_exception=True)
    return serializer.new_record


def read_value(field: Field, value: object) -> Value:
    """A field's value; a number may come as a string. Raises Invalid that names the field."""
    try:
        return field.type.from_item(value)
    except Invalid as error:
        raise Invalid(error.code, f"{field.name} {error.detail}") from error


class ItemSerializer(MessageSerializer):
    """A message whose numbers may be strings."""

    def read(self, field: Field, data: object) -> Value:
        return field.type.from_item(data)
