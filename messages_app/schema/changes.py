"""What may change of a kind that has records: nothing that they would not fit any more."""

from collections.abc import Iterator

from messages_app.schema.schema import Field, Schema
from messages_app.schema.types.rules import narrower

_FIRST = "Delete the records first, or make another kind"


def refused(before: Schema, after: Schema) -> list[str]:
    """A sentence for each change that records forbid: labels, units and the order may change, an
    optional field may be added, a rule may be made wider."""
    return (
        list(_of_key(before, after))
        + [
            sentence
            for field in before.fields
            for sentence in _of_field(field, after.by_name.get(field.name))
        ]
        + list(_new(before, after))
    )


def _of_key(before: Schema, after: Schema) -> Iterator[str]:
    if before.time_field != after.time_field:
        yield f"The time field must stay {before.time_field}: it makes the records' keys. {_FIRST}"
    if before.identity != after.identity:
        own = " and ".join(before.identity) or "without fields"
        yield f"The identity must stay {own}: it makes the records' keys. {_FIRST}"


def _of_field(before: Field, after: Field | None) -> Iterator[str]:
    if after is None:
        yield f"The field {before.name} must stay: records have it. {_FIRST}"
        return
    if after.type.name != before.type.name:
        yield f"The field {before.name} must stay of type {before.type.name}. {_FIRST}"
        return
    if after.required and not before.required:
        yield f"The field {before.name} must stay optional: records may have no value of it"
    for name in narrower(before.type.rules(), after.type.rules()):
        yield f"The rule {name} of {before.name} can be made wider only, or taken away"


def _new(before: Schema, after: Schema) -> Iterator[str]:
    for field in after.fields:
        if field.name not in before.by_name and field.required:
            yield f"The new field {field.name} must be optional: the records have no value of it"
