"""Messages in JSON, derived from the schema."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app.api.fields import DateField, TimeField, ValueField, invalid
from messages_app.schema import timestamps
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import CONFLICT_SEPARATOR, Message
from messages_app.schema.schema import Schema, Values
from messages_app.schema.validation import Invalid

KEY = ("date", "time")
ORIGIN = "origin"


def field_names(schema: Schema) -> tuple[str, ...]:
    """What a client may ask for in sparse answers, in the order of full ones."""
    return (*KEY, *schema.names, ORIGIN)


FIELD_NAMES = field_names(MESSAGE)


def message_as_json(message: Message) -> dict[str, Any]:
    """A message as the API gives it."""
    origin = message.origin
    return {
        "date": message.date,
        "time": message.time,
        **message.values,
        ORIGIN: {"import": origin.import_id, "line": origin.line} if origin else None,
    }


class OriginSerializer(serializers.Serializer[Any]):
    """The import and the line that a record came from."""

    line = serializers.IntegerField(min_value=1)

    def get_fields(self) -> dict[str, Any]:
        return {"import": serializers.UUIDField(), **super().get_fields()}


class MessageSerializer(serializers.Serializer[Message]):
    """A message. Its key is ``date`` and ``time``, both UTC, computed from ``timestamp``; where
    only date and time are given the timestamp is computed from them. ``origin`` tells the import
    and the line that it came from, and is null for a record made through the API."""

    def get_fields(self) -> dict[str, Any]:
        is_optional = {MESSAGE.time_field}
        return {
            "date": DateField(required=False),
            "time": TimeField(required=False),
            **{
                field.name: ValueField(field, required=field.name not in is_optional)
                for field in MESSAGE.fields
            },
            ORIGIN: OriginSerializer(read_only=True, allow_null=True),
        }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            sentence = "Send a JSON object with the fields of a message."
            raise ValidationError({"non_field_errors": [ErrorDetail(sentence, "not_an_object")]})
        unknown = [name for name in data if name not in FIELD_NAMES]
        # What may be left out may be null.
        given = {
            name: value
            for name, value in data.items()
            if value is not None or name not in (*KEY, MESSAGE.time_field)
        }
        try:
            cleaned = super().to_internal_value(given)
        except ValidationError as error:
            raise ValidationError({**error.detail, **_unknown(unknown)}) from error  # type: ignore[dict-item]
        if unknown:
            raise ValidationError(_unknown(unknown))
        return cleaned

    def validate(self, attrs: Any) -> Any:
        if self.instance is None:
            _complete_key(attrs)
        else:
            assert isinstance(self.instance, Message)
            _check_key_stays(attrs, self.instance)
        return attrs

    def to_representation(self, instance: Message) -> dict[str, Any]:
        return message_as_json(instance)

    @property
    def new_message(self) -> Message:
        """The message that was sent; the serializer must be valid."""
        values = self.values
        moment = values[MESSAGE.time_field]
        assert isinstance(moment, Decimal)
        return Message(*timestamps.key_of(moment), values)

    @property
    def values(self) -> Values:
        """The schema's fields among what was sent; the serializer must be valid."""
        return {
            name: self.validated_data[name] for name in MESSAGE.names if name in self.validated_data
        }


def _complete_key(attrs: Any) -> None:
    """Compute the timestamp from date and time, or check that they agree with it."""
    if MESSAGE.time_field not in attrs:
        attrs[MESSAGE.time_field] = _seconds(attrs)
        return
    date, time = timestamps.key_of(attrs[MESSAGE.time_field])
    given = {"date": attrs.get("date", date), "time": _clean_time(attrs.get("time", time))}
    for name, expected in (("date", date), ("time", time)):
        if given[name] != expected:
            sentence = f"does not agree with {MESSAGE.time_field}, which says {expected}"
            raise ValidationError({name: [ErrorDetail(sentence, "disagrees")]})


def _seconds(attrs: Any) -> Decimal:
    if "date" not in attrs or "time" not in attrs:
        sentence = "is missing; give it, or date and time"
        raise ValidationError({MESSAGE.time_field: [ErrorDetail(sentence, "required")]})
    time = _clean_time(attrs["time"])
    try:
        return timestamps.seconds_of(attrs["date"], time)
    except Invalid as error:
        raise ValidationError({"date": invalid(error).detail}) from error


def _clean_time(text: str) -> str:
    try:
        return timestamps.clean_time(text)
    except Invalid as error:
        raise ValidationError({"time": invalid(error).detail}) from error


def _check_key_stays(attrs: Any, message: Message) -> None:
    plain = message.time.partition(CONFLICT_SEPARATOR)[0]
    moment = attrs.get(MESSAGE.time_field)
    if moment is not None and timestamps.key_of(moment) != (message.date, plain):
        sentence = "must stay: it is the record's key. Delete it and make a new one"
        raise ValidationError({MESSAGE.time_field: [ErrorDetail(sentence, "key")]})
    for name, own in (("date", message.date), ("time", message.time)):
        if attrs.get(name) not in (None, own, plain):
            sentence = "must stay: it is the record's key"
            raise ValidationError({name: [ErrorDetail(sentence, "key")]})


def _unknown(names: list[str]) -> dict[str, list[ErrorDetail]]:
    return {name: [ErrorDetail("is not a field of a message", "unknown")] for name in names}
