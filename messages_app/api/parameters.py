"""The query string of lists and exports: which records, in which order, with which fields."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from messages_app.api.serializers import field_names
from messages_app.schema import timestamps
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Value
from messages_app.schema.validation import Invalid
from messages_app.store.query import MAX_ALTERNATIVES, Query, Range

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
ORDERS = ("oldest", "newest")
# The ends of a field's range: local_avg_min, local_avg_max.
MIN, MAX = "_min", "_max"
_QUERY = {"date", "date_from", "date_to", "time_from", "time_to", "order"}
_PAGE = {"page_size", "cursor"}
T = TypeVar("T")


class Parameters:
    """Reads a query string. Raises ValidationError that names every parameter at fault."""

    def __init__(self, data: QueryDict, schema: Schema, *, with_pages: bool = True) -> None:
        self._data = data
        self._schema = schema
        self._faults: dict[str, list[ErrorDetail]] = {}
        self._check_names(_QUERY | {"fields", "format"} | (_PAGE if with_pages else set()))
        self.query = self._query()
        self.page_size = self._page_size()
        self.fields = self._fields()
        if self._faults:
            raise ValidationError(self._faults)

    @property
    def cursor(self) -> str | None:
        return self._data.get("cursor") or None

    def _query(self) -> Query:
        query = Query(
            date=self._cleaned("date", timestamps.clean_date, ""),
            date_from=self._cleaned("date_from", timestamps.clean_date, ""),
            date_to=self._cleaned("date_to", timestamps.clean_date, ""),
            time_from=self._cleaned("time_from", timestamps.clean_time_prefix, ""),
            time_to=self._cleaned("time_to", timestamps.clean_time_prefix, ""),
            filters={name: values for name in self._schema.names if (values := self._values(name))},
            ranges=self._ranges(),
        )
        order = self._data.get("order") or ORDERS[0]
        if order not in ORDERS:
            self._fault("order", f"must be one of {', '.join(ORDERS)}", "invalid_choice")
        return replace(_within_both(query), newest_first=order == ORDERS[1])

    def _values(self, name: str) -> tuple[Value, ...]:
        texts = [text for text in self._data.getlist(name) if text]
        if len(texts) > MAX_ALTERNATIVES:
            self._fault(name, f"can have at most {MAX_ALTERNATIVES} values", "too_many")
            return ()
        clean = self._schema.by_name[name].type.from_text
        return tuple(
            value for text in texts if (value := self._read(name, text, clean, None)) is not None
        )

    def _ranges(self) -> dict[str, Range]:
        found = {field.name: self._range(field) for field in self._schema.numbers}
        return {name: ends for name, ends in found.items() if ends != Range()}

    def _range(self, field: Field) -> Range:
        clean: Callable[[str], Any] = field.type.from_text
        minimum: Decimal | None = self._cleaned(field.name + MIN, clean, None)
        maximum: Decimal | None = self._cleaned(field.name + MAX, clean, None)
        return Range(minimum, maximum)

    def _page_size(self) -> int:
        data = self._data.get("page_size")
        if not data:
            return DEFAULT_PAGE_SIZE
        if not data.isascii() or not data.isdigit() or not 1 <= int(data[:9]) <= MAX_PAGE_SIZE:
            self._fault("page_size", f"must be a number from 1 to {MAX_PAGE_SIZE}", "out_of_range")
            return DEFAULT_PAGE_SIZE
        return int(data)

    def _fields(self) -> tuple[str, ...]:
        """The fields of a sparse answer, or all of them."""
        data = [name for name in self._data.get("fields", "").split(",") if name]
        known = field_names(self._schema)
        for name in data:
            if name not in known:
                self._fault("fields", f"“{name}” is not a field of a message", "unknown")
        return tuple(name for name in known if name in data) or known

    def _cleaned(self, name: str, clean: Callable[[str], T], empty: T) -> T:
        text = self._data.get(name)
        return self._read(name, text, clean, empty) if text else empty

    def _read(self, name: str, text: str, clean: Callable[[str], T], empty: T) -> T:
        try:
            return clean(text)
        except Invalid as error:
            self._fault(name, error.detail, error.code)
            return empty

    def _check_names(self, others: set[str]) -> None:
        ends = {field.name + end for field in self._schema.numbers for end in (MIN, MAX)}
        for name in self._data:
            if name not in others | ends | set(self._schema.names):
                self._fault(name, "is not a parameter of this query", "unknown")

    def _fault(self, name: str, sentence: str, code: str) -> None:
        self._faults.setdefault(name, []).append(ErrorDetail(sentence, code))


def _within_both(query: Query) -> Query:
    """Parameters narrow each other: with a date and a range of dates, both hold."""
    if not query.date or not (query.date_from or query.date_to):
        return query
    if query.date_from <= query.date <= (query.date_to or query.date):
        return replace(query, date_from="", date_to="")
    first, last = max(query.date, query.date_from), min(query.date, query.date_to or query.date)
    return replace(query, date="", date_from=first, date_to=last)
