"""The filters that are on, each in words and with the link that takes it off."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.pages.text import shortened
from messages_app.presentation.filters import DATES, Filters
from messages_app.presentation.parameters import IMPORT, MAX, MIN, WITHOUT
from messages_app.schema.schema import Schema

_WORDS = {
    "date_from": "From",
    "date_to": "To",
    "time_from": "From time",
    "time_to": "To time",
}


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    label: str
    value: str
    url: str
    # Whether it says which days.
    is_day: bool = False


def active_filters(filters: Filters) -> list[ActiveFilter]:
    return [
        ActiveFilter(
            label,
            f"{shortened(_shown(name, value, filters.schema))} {unit}".strip(),
            filters.url_without(name, value),
            name in DATES,
        )
        for name, label, unit in _named(filters.schema)
        for value in filters.data.getlist(name)
    ]


def _shown(name: str, value: str, schema: Schema) -> str:
    """A field is shown by its label."""
    return schema.by_name[value].label if name == WITHOUT and value in schema.by_name else value


def _named(schema: Schema) -> Iterator[tuple[str, str, str]]:
    """Each parameter that narrows a query, with its label and its unit."""
    for name, label in _WORDS.items():
        yield name, label, ""
    for field in schema.fields:
        yield field.name, field.label, field.unit
        if field in schema.numbers:
            yield field.name + MIN, f"{field.label} min", field.unit
            yield field.name + MAX, f"{field.label} max", field.unit
    yield WITHOUT, "Without a value in", ""
    yield IMPORT, "Import", ""
