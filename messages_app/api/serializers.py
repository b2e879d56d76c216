"""Records that are sent in JSON, derived from the schema."""

from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from common.rest import json_schema
from common.rest.strict import Parsed, Strict, fault_of
from messages_app.presentation.record_json import KEY, ORIGIN
from messages_app.schema import extra_columns, timestamps
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import (
    CONFLICT_SEPARATOR,
    IDENTITY_SEPARATOR,
    AnyOrigin,
    Record,
    build_record,
    moment_of,
)
from messages_app.schema.schema import Changes, Field, Schema
from messages_app.schema.types import Value
from messages_app.schema.validation import Invalid


class MessageSerializer(Strict):
    """A new record of a schema, or changes of one. Its key is ``date`` and ``time``, both UTC,
    computed from the time field; where only date and time are given that is computed from them."""

    ignored: ClassVar = frozenset()

    def __init__(self, schema: Schema, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._schema = schema
        self.error_messages["unknown"] = f"is not a field of a {schema.noun}"

    def get_fields(self) -> dict[str, Any]:
        # What makes the key of a record that is there need not be sent with it.
        in_key = {self._schema.time_field, *(self._schema.identity if self.instance else ())}
        return {
            "date": Parsed(lambda data: timestamps.clean_date(str(data)), json_schema.RECORD_DATE),
            # What the client wrote, for the key may have a digest.
            "time": Parsed(str, json_schema.TIME),
            **{
                field.name: Parsed(
                    partial(self.read, field),
                    field.sent_schema,
                    required=field.required and field.name not in in_key,
                    allow_null=not field.required,
                )
                for field in self._schema.fields
            },
            ORIGIN: serializers.ReadOnlyField(),
            EXTRA_COLUMNS: Parsed(extra_columns.from_json, extra_columns.JSON_SCHEMA),
        }

    def read(self, field: Field, data: object) -> Value | None:
        """The value of a field. Raises Invalid."""
        return field.from_json(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            sentence = f"Send a JSON object with the fields of a {self._schema.noun}."
            raise ValidationError({"non_field_errors": [ErrorDetail(sentence, "not_an_object")]})
        # What may be left out may be null.
        members = {
            name: value
            for name, value in data.items()
            if value is not None or name not in (*KEY, self._schema.time_field)
        }
        return super().to_internal_value(members)

    def validate(self, attrs: Any) -> Any:
        if self.instance is None:
            _complete_key(attrs, self._schema)
        else:
            _check_key_stays(attrs, self.instance, self._schema)
        return attrs

    def read_new(self, data: Any, origin: AnyOrigin | None = None) -> Record:
        """The record that data stand for; one serializer reads any number. Raises
        ValidationError."""
        sent = self.run_validation(data)
        values = {name: sent[name] for name in self._schema.names if name in sent}
        extra = sent.get(EXTRA_COLUMNS, ())
        return build_record(self._schema, self._schema.present(values), origin, extra)

    @property
    def new_record(self) -> Record:
        """The record that was sent; the serializer must be valid."""
        extra = self.validated_data.get(EXTRA_COLUMNS, ())
        return build_record(self._schema, self._schema.present(self.values), extra=extra)

    @property
    def values(self) -> Changes:
        """The schema's fields among what was sent; the serializer must be valid.

        Of what replaces a whole record, an optional field that was not sent is None.
        """
        sent = self.validated_data
        is_whole = self.instance is not None and not self.partial
        left_out = {field.name for field in self._schema.optional} if is_whole else ()
        return {
            name: sent.get(name) for name in self._schema.names if name in sent or name in left_out
        }


def _complete_key(attrs: Any, schema: Schema) -> None:
    """Compute the timestamp from date and time, or check that they agree with it."""
    time_field = schema.time_field
    if time_field not in attrs:
        attrs[time_field] = _seconds(attrs, schema)
        if not schema.identity:
            return
    values = {name: attrs[name] for name in schema.names if name in attrs}
    date, time = build_record(schema, schema.present(values)).key
    key = {"date": attrs.get("date", date), "time": _clean_time(attrs.get("time", time), schema)}
    if key["time"] == moment_of(time):
        key["time"] = time
    for name, expected in (("date", date), ("time", time)):
        if key[name] != expected:
            sources = " and ".join((time_field, *schema.identity))
            sentence = f"does not agree with {sources}, which says {expected}"
            raise ValidationError({name: [ErrorDetail(sentence, "disagrees")]})


def _seconds(attrs: Any, schema: Schema) -> Decimal:
    time_field = schema.time_field
    if "date" not in attrs or "time" not in attrs:
        sentence = "is missing; give it, or date and time"
        raise ValidationError({time_field: [ErrorDetail(sentence, "required")]})
    time = _clean_time(attrs["time"], schema)
    try:
        return timestamps.seconds_of(attrs["date"], moment_of(time))
    except Invalid as error:
        raise ValidationError({"date": [fault_of(error)]}) from error


def _clean_time(text: str, schema: Schema) -> str:
    """A time, with the identity that stands behind it where there is one."""
    moment, separator, identity = text, "", ""
    if schema.identity:
        moment, separator, identity = text.partition(IDENTITY_SEPARATOR)
    try:
        return timestamps.clean_time(moment) + separator + identity
    except Invalid as error:
        raise ValidationError({"time": [fault_of(error)]}) from error


def _check_key_stays(attrs: Any, record: Record, schema: Schema) -> None:
    time_field, plain = schema.time_field, moment_of(record.time)
    moment = attrs.get(time_field)
    known = record.values
    changed = [name for name in schema.identity if attrs.get(name) not in (None, known[name])]
    if moment is not None and timestamps.key_of_seconds(moment) != (record.date, plain):
        changed.append(time_field)
    if changed:
        sentence = "must stay: it is the record's key. Delete it and make a new one"
        raise ValidationError({name: [ErrorDetail(sentence, "key")] for name in changed})
    without_digest = record.time.partition(CONFLICT_SEPARATOR)[0]
    for name, own in (("date", record.date), ("time", record.time)):
        if attrs.get(name) not in (None, own, plain, without_digest):
            sentence = "must stay: it is the record's key"
            raise ValidationError({name: [ErrorDetail(sentence, "key")]})
    if attrs.get(EXTRA_COLUMNS, record.extra) != record.extra:
        sentence = "must stay: they came with the record's file"
        raise ValidationError({EXTRA_COLUMNS: [ErrorDetail(sentence, "fixed")]})
