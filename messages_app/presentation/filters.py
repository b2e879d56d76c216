"""What the query string of the messages page asks for. Names and rules are those of the API."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from common.pages.text import shortened
from messages_app.presentation import calendar
from messages_app.presentation.parameters import IMPORT, MAX, MIN, ORDERS, WITHOUT, RecordsQuery
from messages_app.presentation.relative import with_dates
from messages_app.schema import timestamps
from messages_app.schema.schema import MESSAGES, Schema
from messages_app.schema.types import as_text
from messages_app.schema.validation import Invalid
from messages_app.store.query import Query

DATES = ("date", "date_from", "date_to")
# The field for each of whose values there is a chart.
BY = "by"


class Filters:
    """A query string. ``data`` is that string tidied; its date is empty where all days are meant.
    ``errors`` has sentences by the name of the parameter at fault; while there are any, ``query``
    asks for nothing in particular. ``own`` names parameters of the page, which its links keep.
    """

    def __init__(self, data: QueryDict, schema: Schema, own: tuple[str, ...] = ()) -> None:
        self.schema = schema
        self.own = own
        self.data = self._tidied(data)
        self.errors: dict[str, list[str]] = {}
        self.query = self._read()
        if not self.errors:
            self._check_ends()

    @classmethod
    def from_query(
        cls, data: QueryDict, schema: Schema, kind: str = MESSAGES, own: tuple[str, ...] = ()
    ) -> "Filters":
        """Where no day is named, of the newest one; of an import, of all its days."""
        data = with_dates(data)
        if not any(name in data for name in (*DATES, IMPORT)):
            data = data.copy()
            data["date"] = calendar.newest_day(kind)
        return cls(data, schema, own)

    @property
    def by(self) -> str:
        """The field for each of whose values there is a chart; '' for one of all records."""
        return self.data.get(BY, "")

    @property
    def day(self) -> str:
        """The one date that is asked for, even where something else is at fault, or ''."""
        try:
            return timestamps.clean_date(self.data.get("date", ""))
        except Invalid:
            return ""

    @property
    def narrows(self) -> bool:
        """Whether not every record of the day or the days is asked for."""
        is_cut = bool(self.query.first_time or self.query.last_time)
        return is_cut or any(name not in (*DATES, "order", BY, *self.own) for name in self.data)

    def url(self, changes: Mapping[str, str] | None = None, **others: str) -> str:
        """The same query with some parameters set, or without those that are set to ''.
        ``others`` are parameters that are no part of a query, such as the cursor."""
        changed = self.data.copy()
        for name, value in (changes or {}).items():
            changed[name] = value
        return self._url(changed, others)

    def url_without(self, name: str, value: str) -> str:
        """The same query without one value of one parameter."""
        changed = self.data.copy()
        changed.setlist(name, [other for other in changed.getlist(name) if other != value])
        return self._url(changed)

    def url_of_group(self, name: str) -> str:
        """Those records of the query that have this value in the field :attr:`by`; '' is none."""
        return self.url({self.by: name}) if name else self.url({WITHOUT: self.by})

    def url_of_all(self) -> str:
        """Every record of the same day or days."""
        kept = QueryDict(mutable=True)
        for name in (*DATES, "order", BY, *self.own):
            kept.setlist(name, self.data.getlist(name))
        return self._url(kept)

    def _read(self) -> Query:
        asked = self.data.copy()
        for name in (BY, *self.own):
            asked.pop(name, None)
        try:
            return RecordsQuery.for_schema(self.schema).read(asked).query
        except ValidationError as error:
            by_name: Any = error.detail
            for name, details in by_name.items():
                self.errors[name] = [self._sentence(name, detail) for detail in details]
            return Query()

    def _sentence(self, name: str, detail: ErrorDetail) -> str:
        """Of a fault as the API tells it, which leaves out whose it is."""
        values = self.data.getlist(name)
        if detail.code == "too_many":
            label = self.schema.by_name[name].label if name in self.schema.by_name else name
            return f"{label} {detail}."
        if len(values) > 1:
            return f"One of the values {detail}."
        return f"“{shortened(values[0])}” {detail}."

    def _check_ends(self) -> None:
        query = self.query
        if query.is_empty():
            self._refuse_ends("time_to", query.time_from, query.time_to)
        first, last = self.data.get("date_from", ""), self.data.get("date_to", "")
        if first and last and (last[:10] < first[:10] or query.is_empty(last[:10])):
            self._refuse_ends("date_to", first, last)
        for name, one in query.ranges.items():
            if one.minimum is not None and one.maximum is not None and one.maximum < one.minimum:
                minimum, maximum = as_text(one.minimum), as_text(one.maximum)
                self.errors[name + MAX] = [
                    f"The maximum, {maximum}, is below the minimum, {minimum}."
                ]

    def _refuse_ends(self, name: str, start: str, end: str) -> None:
        self.errors[name] = [f"The end, {end}, is before the beginning, {start}."]

    def _url(self, data: QueryDict, others: Mapping[str, str] | None = None) -> str:
        tidy = self._tidied(data)
        for name, value in (others or {}).items():
            tidy[name] = value
        return f"?{tidy.urlencode()}"

    def _tidied(self, data: QueryDict) -> QueryDict:
        """Known parameters, without spaces around them and without those that say nothing: one day
        needs no first and no last one."""
        tidy = QueryDict(mutable=True)
        for name in dict.fromkeys((*_names(self.schema), *self.own)):
            if name in ("date_from", "date_to") and tidy["date"]:
                continue
            values = [text for text in map(str.strip, data.getlist(name)) if text]
            if name not in (*self.schema.names, WITHOUT):
                values = values[-1:]
            if name == "date":
                tidy[name] = values[0] if values else ""
            elif values and not self._is_usual(name, values[0]):
                tidy.setlist(name, list(dict.fromkeys(values)))
        return tidy

    def _is_usual(self, name: str, value: str) -> bool:
        if name == BY:
            return all(value != field.name for field in self.schema.texts)
        return name == "order" and value == ORDERS[0]


def _names(schema: Schema) -> Iterator[str]:
    """The parameters, in the order in which links have them."""
    yield from (*DATES, "time_from", "time_to", *schema.names)
    yield from (field.name + end for field in schema.numbers for end in (MIN, MAX))
    yield from (WITHOUT, IMPORT, "order", BY)
