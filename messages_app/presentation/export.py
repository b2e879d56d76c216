"""All records that a query matches, as one file of any length."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from operator import attrgetter

import orjson

from common.csv_output import csv_line, escape
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.record_json import (
    KEY,
    ORIGIN,
    all_names,
    field_names,
    record_as_json,
)
from messages_app.schema import extra_columns
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import Record
from messages_app.store.noted import extra_kept
from messages_app.store.query import Query


def exported_names(kind: RecordKind) -> tuple[str, ...]:
    """What an export has where nothing else is asked for: extra columns where any were kept."""
    has_extra = extra_kept.is_kept(kind.name)
    return all_names(kind.schema) if has_extra else field_names(kind.schema)


def csv_lines(records: Iterable[Record], fields: tuple[str, ...]) -> Iterator[str]:
    """CSV with a header, safe to open in a spreadsheet, and good to be imported again."""
    columns = [column for field in fields for column in _columns(field)]
    yield csv_line([name for name, _ in columns])
    cells = [cell for _, cell in columns]
    for record in records:
        yield csv_line([cell(record) for cell in cells])


def json_lines(records: Iterable[Record], fields: tuple[str, ...]) -> Iterator[str]:
    """A JSON object a line, as lists of messages have them."""
    for record in records:
        whole = record_as_json(record)
        shown = {name: whole[name] for name in fields if name in whole}
        yield orjson.dumps(shown, _number, orjson.OPT_APPEND_NEWLINE).decode()


def file_name(query: Query, kind: str) -> str:
    """``messages-2019-05-28``, without the ending."""
    dates = [query.date] if query.date else [query.date_from, query.date_to]
    return "-".join([kind, *(date for date in dates if date)])


def _number(value: Decimal) -> orjson.Fragment:
    """With all its digits, which no float has."""
    return orjson.Fragment(str(value))


def _columns(field: str) -> list[tuple[str, Callable[[Record], str]]]:
    """The headings of a field's columns, and what gives their cells."""
    if field == ORIGIN:
        return [("import", _import), ("line", _line)]
    if field == EXTRA_COLUMNS:
        return [(field, lambda record: extra_columns.as_text(record.extra))]
    if field in KEY:
        return [(field, attrgetter(field))]
    return [(field, lambda record: escape(record.text(field)))]


def _import(record: Record) -> str:
    """'' where the record came from no file."""
    origin = record.import_origin
    return origin.import_id if origin else ""


def _line(record: Record) -> str:
    origin = record.import_origin
    return str(origin.line) if origin else ""
