"""What the body of a change asks for, checked against the schema."""

from collections.abc import Mapping
from typing import Any

from messages_app.legacy.api.items import read_value
from messages_app.legacy.api.update_expression import UpdateExpression, parse
from messages_app.presentation.record_json import KEY, ORIGIN
from messages_app.schema.schema import Schema, Values
from messages_app.schema.validation import Invalid

EXPRESSION = "UpdateExpression"
NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"


def changes_of(body: object, schema: Schema) -> Values:
    """The fields to set, with their new values. Raises Invalid."""
    if not isinstance(body, dict) or not isinstance(body.get(EXPRESSION), str):
        raise Invalid("required", f"the body must be a JSON object with the string {EXPRESSION}")
    names = _Placeholders(NAMES, body.get(NAMES, {}))
    values = _Placeholders(VALUES, body.get(VALUES, {}))
    changes = _resolved(parse(body[EXPRESSION]), names, values, schema)
    names.must_be_used()
    values.must_be_used()
    return changes


class _Placeholders:
    """What the placeholders of an expression stand for, and which of them it uses."""

    def __init__(self, member: str, data: object) -> None:
        if not isinstance(data, dict):
            raise Invalid("not_an_object", f"{member} must be a JSON object")
        self._member = member
        self._data: Mapping[str, Any] = data
        self._used: set[str] = set()

    def __getitem__(self, placeholder: str) -> Any:
        if placeholder not in self._data:
            raise Invalid("undefined", f"{self._member} lacks {placeholder}, which is used")
        self._used.add(placeholder)
        return self._data[placeholder]

    def must_be_used(self) -> None:
        for placeholder in self._data:
            if placeholder not in self._used:
                sentence = f"{self._member} has “{placeholder[:40]}”, which is not used"
                raise Invalid("unused", sentence)


def _resolved(
    update: UpdateExpression, names: _Placeholders, values: _Placeholders, schema: Schema
) -> Values:
    changes: Values = {}
    for written, placeholder in update.assignments:
        name = _field_name(written, names, schema)
        if name in changes:
            raise Invalid("twice", f"{name} is set twice")
        changes[name] = read_value(schema.by_name[name], values[placeholder])
    for written in update.removals:
        name = _field_name(written, names, schema)
        raise Invalid("needed", f"{name} cannot be removed: every record has it. Set it instead")
    return changes


def _field_name(written: str, names: _Placeholders, schema: Schema) -> str:
    """The field that is meant, if it is one that can change."""
    name = names[written] if written.startswith("#") else written
    if name in (*KEY, schema.time_field):
        sentence = f"{name} cannot change: it makes the record's key. Delete it and make a new one"
        raise Invalid("key", sentence)
    if name == ORIGIN:
        raise Invalid("origin", f"{name} cannot change: it tells where the record came from")
    if not isinstance(name, str) or name not in schema.by_name:
        raise Invalid("unknown", f"“{str(name)[:40]}” is not a field of a message")
    return name
