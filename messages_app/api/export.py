"""All records that a query matches, as one file of any length."""

from collections.abc import Iterable, Iterator
from typing import Any

import simplejson

from common.csv_output import csv_line, escape
from messages_app.api.serializers import KEY, ORIGIN, all_names, field_names, message_as_json
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema import extra_columns
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import Message
from messages_app.store import extra_kept
from messages_app.store.query import Query

# In a file of cells the origin has two of them, empty where a record came from no file.
_ORIGIN_COLUMNS = ("import", "line")


def exported_names(kind: RecordKind) -> tuple[str, ...]:
    """What an export has where nothing else is asked for: extra columns where any were kept."""
    has_extra = extra_kept.is_kept(kind.name)
    return all_names(kind.schema) if has_extra else field_names(kind.schema)


def csv_lines(messages: Iterable[Message], fields: tuple[str, ...]) -> Iterator[str]:
    """CSV with a header, safe to open in a spreadsheet, and good to be imported again."""
    yield csv_line([name for field in fields for name in _columns(field)])
    for message in messages:
        yield csv_line([cell for field in fields for cell in _cells(message, field)])


def json_lines(messages: Iterable[Message], fields: tuple[str, ...]) -> Iterator[str]:
    """A JSON object a line, as lists of messages have them."""
    for message in messages:
        whole = message_as_json(message)
        shown = {name: whole[name] for name in fields if name in whole}
        yield simplejson.dumps(shown, use_decimal=True, ensure_ascii=False) + "\n"


def file_name(query: Query, kind: str) -> str:
    """``messages-2019-05-28``, without the ending."""
    dates = [query.date] if query.date else [query.date_from, query.date_to]
    return "-".join([kind, *(date for date in dates if date)])


def _columns(field: str) -> tuple[str, ...]:
    return _ORIGIN_COLUMNS if field == ORIGIN else (field,)


def _cells(message: Message, field: str) -> tuple[Any, ...]:
    if field == ORIGIN:
        origin = message.import_origin
        return (origin.import_id, origin.line) if origin else ("", "")
    if field == EXTRA_COLUMNS:
        return (extra_columns.as_text(message.extra),)
    if field in KEY:
        return (getattr(message, field),)
    return (escape(message.text(field)),)
