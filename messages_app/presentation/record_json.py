"""Records in JSON: their members, in the order that all answers and files have them in."""

from typing import Any

from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import AnyOrigin, QueueOrigin, Record
from messages_app.schema.schema import Schema

KEY = ("date", "time")
ORIGIN = "origin"


def field_names(schema: Schema) -> tuple[str, ...]:
    """What every record has in answers, in their order."""
    return (*KEY, *schema.names, ORIGIN)


def all_names(schema: Schema) -> tuple[str, ...]:
    """What a client may ask for in sparse answers, in the order of full ones."""
    return (*field_names(schema), EXTRA_COLUMNS)


def record_as_json(record: Record) -> dict[str, Any]:
    """A record as the API gives it."""
    extra = {EXTRA_COLUMNS: dict(record.extra)} if record.extra else {}
    return {
        "date": record.date,
        "time": record.time,
        **record.values,
        ORIGIN: origin_as_json(record.origin),
        **extra,
    }


def origin_as_json(origin: AnyOrigin | None) -> dict[str, Any] | None:
    """The import and the line, or the message of a queue; null for what was made by hand."""
    if origin is None:
        return None
    if isinstance(origin, QueueOrigin):
        return {"queue": origin.queue, "message": origin.message_id, "number": origin.number}
    return {"import": origin.import_id, "line": origin.line}
