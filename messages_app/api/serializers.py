"""Messages in JSON, derived from the schema."""

from decimal import Decimal
from typing import Any

from rest_framework.exceptions import ValidationError

from messages_app import instants
from messages_app.faults import Invalid
from messages_app.record import BESIDE, Message
from messages_app.schema import MESSAGE, Schema, Values

_KEY = ("date", "time")
_READ_ONLY = ("origin",)


def message_as_json(message: Message) -> dict[str, Any]:
    """A message as the API gives it."""
    origin = message.origin
    return {
        "date": message.date,
        "time": message.time,
        **message.values,
        "origin": {"import": origin.import_id, "line": origin.line} if origin else None,
    }


def new_message(given: Any, schema: Schema = MESSAGE) -> Message:
    """A message from a client's JSON object. Raises ValidationError with a sentence per field.

    The key may be given as ``date`` and ``time``, as the timestamp, or as both if they agree.
    """
    given = _object(given)
    faults = _unknown(given, schema)
    has_key = all(given.get(name) is not None for name in _KEY)
    if given.get(schema.time_field) is None and has_key:
        try:
            seconds = instants.seconds_of(str(given["date"]), str(given["time"]))
        except Invalid as error:
            name = "time" if error.code == "not_a_time" else "date"
            raise ValidationError({**faults, name: [error.detail]}) from error
        given = {**given, schema.time_field: seconds}
    values = _cleaned(given, schema, schema.names, faults)
    if faults:
        raise ValidationError(faults)
    moment = values[schema.time_field]
    assert isinstance(moment, Decimal)
    date, time = instants.key_of(moment)
    _check_agreement(given, date, time, schema)
    return Message(date, time, values)


def changed_values(given: Any, message: Message, schema: Schema = MESSAGE) -> Values:
    """The fields that a PATCH changes. The key cannot change. Raises ValidationError."""
    given = _object(given)
    faults = _unknown(given, schema)
    names = tuple(name for name in schema.names if name in given)
    values = _cleaned(given, schema, names, faults)
    if faults:
        raise ValidationError(faults)
    _check_key_stays(given, values, message, schema)
    return values


def replacing_values(given: Any, message: Message, schema: Schema = MESSAGE) -> Values:
    """All fields, for a PUT; the timestamp stays when it is left out. Raises ValidationError."""
    given = _object(given)
    if given.get(schema.time_field) is None:
        given = {**given, schema.time_field: message.values[schema.time_field]}
    missing = [name for name in schema.names if name not in given]
    if missing:
        raise ValidationError({name: ["is missing"] for name in missing})
    return changed_values(given, message, schema)


def _cleaned(
    given: dict[str, Any], schema: Schema, names: tuple[str, ...], faults: dict[str, list[str]]
) -> Values:
    values: Values = {}
    for name in names:
        if given.get(name) is None:
            faults[name] = ["is missing"]
            continue
        try:
            values[name] = schema.by_name[name].type.from_json(given[name])
        except Invalid as error:
            faults[name] = [error.detail]
    return values


def _check_key_stays(
    given: dict[str, Any], values: Values, message: Message, schema: Schema
) -> None:
    plain = message.time.partition(BESIDE)[0]
    moment = values.get(schema.time_field)
    if isinstance(moment, Decimal) and instants.key_of(moment) != (message.date, plain):
        raise ValidationError(
            {schema.time_field: ["must stay: it is the record's key. Delete it and make a new one"]}
        )
    for name, own in (("date", message.date), ("time", message.time)):
        if given.get(name) not in (None, own, plain):
            raise ValidationError({name: ["must stay: it is the record's key"]})


def _check_agreement(given: dict[str, Any], date: str, time: str, schema: Schema) -> None:
    for name, expected, clean in (
        ("date", date, instants.clean_date),
        ("time", time, instants.clean_time),
    ):
        if given.get(name) is None:
            continue
        try:
            agrees = clean(str(given[name])) == expected
        except Invalid as error:
            raise ValidationError({name: [error.detail]}) from error
        if not agrees:
            raise ValidationError(
                {name: [f"does not agree with {schema.time_field}, which says {expected}"]}
            )


def _unknown(given: dict[str, Any], schema: Schema) -> dict[str, list[str]]:
    known = {*schema.names, *_KEY, *_READ_ONLY}
    return {name: ["is not a field of a message"] for name in given if name not in known}


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValidationError({"detail": "Send a JSON object with the fields of a message."})
    return given
