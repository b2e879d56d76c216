"""The fields of a record as columns and read-only fields of the admin."""

from collections.abc import Callable
from functools import lru_cache

from django.contrib.admin import display
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join

from messages_app.models import Message
from messages_app.schema.record import QueueOrigin
from messages_app.schema.schema import Field, Schema

Column = Callable[[Message], str]
_LONGEST_CELL = 32


@display(description="Date and time (UTC)")
def moment(record: Message) -> str:
    assert record.record is not None
    return " ".join(record.record.key)


@display(description="Origin")
def origin(record: Message) -> str:
    """The line of the import; a link where there is a page of imports. Or the message."""
    assert record.record is not None
    came_from = record.record.origin
    if came_from is None:
        return "by hand"
    if isinstance(came_from, QueueOrigin):
        return f"message {came_from.message_id}"
    try:
        url = reverse("import", args=[came_from.import_id])
    except NoReverseMatch:
        return f"line {came_from.line} of import {came_from.import_id}"
    return format_html('<a href="{}" class="text-link">line {}</a>', url, came_from.line)


@display(description="Extra columns")
def extra(record: Message) -> str:
    """A line for each."""
    assert record.record is not None
    return format_html_join("", "{}: {}<br>", record.record.extra)


@lru_cache(maxsize=1024)  # the admin compares columns by identity
def of_field(field: Field, longest: int | None = None) -> Column:
    """The value of one field, cut off behind ``longest`` characters."""

    @display(description=field.heading)
    def column(record: Message) -> str:
        assert record.record is not None
        text = record.record.text(field.name)
        if field.type.is_number:
            return format_html('<span class="admin-number">{}</span>', text)
        if longest is None or len(text) <= longest:
            return text
        return format_html('<span title="{}">{}…</span>', text, text[:longest])

    column.__name__ = field.name
    return column


def listed(schema: Schema) -> tuple[Column, ...]:
    """What the key tells needs no column."""
    return tuple(of_field(field, _LONGEST_CELL) for field in schema.columns)
