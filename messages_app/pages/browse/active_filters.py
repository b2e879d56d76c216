"""The filters that are on, each in words and with the link that takes it off."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.pages.text import shortened
from messages_app.api.parameters import MAX, MIN, RANGE_FIELDS
from messages_app.pages.browse.filters import Filters
from messages_app.schema.builtin import MESSAGE

_WORDS = {
    "date_from": "From day",
    "date_to": "To day",
    "time_from": "From time",
    "time_to": "To time",
}


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    label: str
    value: str
    url: str


def active_filters(filters: Filters) -> list[ActiveFilter]:
    return [
        ActiveFilter(label, f"{shortened(value)} {unit}".strip(), filters.url_without(name, value))
        for name, label, unit in _named()
        for value in filters.data.getlist(name)
    ]


def _named() -> Iterator[tuple[str, str, str]]:
    """Each parameter that narrows a query, with its label and its unit."""
    for name, label in _WORDS.items():
        yield name, label, ""
    for field in MESSAGE.fields:
        yield field.name, field.label, field.unit
        if field.name in RANGE_FIELDS:
            yield field.name + MIN, f"{field.label} at least", field.unit
            yield field.name + MAX, f"{field.label} at most", field.unit
