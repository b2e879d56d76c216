"""The query string of lists and exports: which records, in which order, with which fields."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Self

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from common.rest import json_schema
from common.rest.strict import Alternatives, Parsed, Strict, WholeNumber, read_query
from messages_app.presentation.record_json import all_names
from messages_app.schema import timestamps
from messages_app.schema.imports import clean_import_id
from messages_app.schema.schema import Field, Schema
from messages_app.schema.validation import Invalid
from messages_app.store.query import MAX_ALTERNATIVES, Query, Range

MAX_PAGE_SIZE = 1000
ORDERS = ("oldest", "newest")
# The ends of a field's range: local_avg_min, local_avg_max.
MIN, MAX = "_min", "_max"
WITHOUT = "without"
IMPORT = "import"


@dataclass(frozen=True)
class AskedRecords:
    """What a query string asks for; without ``fields`` for all."""

    query: Query
    fields: tuple[str, ...] | None = None
    page_size: int = MAX_PAGE_SIZE
    cursor: str | None = None


class RecordsQuery(Strict):
    """Which records an export has."""

    default_error_messages: ClassVar = {"unknown": "is not a parameter of this query"}

    def __init__(self, schema: Schema, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._schema = schema

    @classmethod
    @lru_cache(maxsize=100)
    def for_schema(cls, schema: Schema) -> Self:
        """The one that all requests share: to make its fields takes longer than to read a query
        string, which changes nothing of them."""
        return cls(schema)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "date": _date("Records of this UTC date."),
            "date_from": _date_or_moment(
                "Records of this UTC date and later ones; with a time, from this moment on."
            ),
            "date_to": _date_or_moment(
                "Records of this UTC date and earlier ones; with a time, up to this moment,"
                " including those that begin with it."
            ),
            "time_from": _time(
                "On each day, records from this UTC time on. It may be the beginning of a time."
            ),
            "time_to": _time(
                "On each day, records to this UTC time, including those that begin with it."
            ),
            **{field.name: _equal(field) for field in self._schema.fields},
            **{
                field.name + end: _bound(field, words)
                for field in self._schema.numbers
                for end, words in ((MIN, "this or more"), (MAX, "this or less"))
            },
            **self._without(),
            IMPORT: Parsed(
                clean_import_id,
                {"type": "string", "format": "uuid"},
                help_text="Records whose `origin` is this import, by its id.",
            ),
            "order": serializers.ChoiceField(
                ORDERS,
                default=ORDERS[0],
                error_messages={"invalid_choice": f"must be one of {', '.join(ORDERS)}"},
                help_text="Which come first, by date and time.",
            ),
            "fields": Parsed(
                self._chosen,
                json_schema.comma_separated(all_names(self._schema)),
                help_text="Only these fields of the records, separated by commas.",
            ),
        }

    def read(self, params: QueryDict) -> AskedRecords:
        """What a query string asks for. Raises ValidationError that names every parameter at
        fault."""
        return self.asked(read_query(self, params))

    def asked(self, data: dict[str, Any]) -> AskedRecords:
        """The same, of values that were read."""
        first, _, first_time = data.get("date_from", "").partition("T")
        last, _, last_time = data.get("date_to", "").partition("T")
        query = Query(
            **{name: data.get(name, "") for name in ("date", "time_from", "time_to")},
            date_from=first,
            first_time=first_time,
            date_to=last,
            last_time=last_time,
            filters={name: data[name] for name in self._schema.names if name in data},
            ranges=self._ranges(data),
            without=data.get(WITHOUT, ()),
            import_id=data.get(IMPORT, ""),
            newest_first=data.get("order") == ORDERS[1],
        )
        pages = {name: data[name] for name in ("page_size", "cursor") if name in data}
        return AskedRecords(_within_both(query), data.get("fields"), **pages)

    def _ranges(self, data: dict[str, Any]) -> dict[str, Range]:
        ends = {
            field.name: Range(data.get(field.name + MIN), data.get(field.name + MAX))
            for field in self._schema.numbers
        }
        return {name: one for name, one in ends.items() if one != Range()}

    def _without(self) -> dict[str, Parsed]:
        """Of a schema whose fields all have values there is nothing to ask."""
        names = [field.name for field in self._schema.optional]
        if not names:
            return {}
        text = "Records without a value in this field; repeat it for several fields."
        one: json_schema.JSONSchema = {"type": "string", "enum": names}
        return {WITHOUT: Alternatives(self._optional, one, len(names), help_text=text)}

    def _optional(self, name: str) -> str:
        if all(name != field.name for field in self._schema.optional):
            raise Invalid("unknown", "is not a field that may have no value")
        return name

    def _chosen(self, text: str) -> tuple[str, ...]:
        """The fields of a sparse answer, in the order of full ones."""
        names, chosen = all_names(self._schema), [name for name in text.split(",") if name]
        unknown = [
            ErrorDetail(f"“{name}” is not a field of a {self._schema.noun}", "unknown")
            for name in chosen
            if name not in names
        ]
        if unknown:
            raise ValidationError(unknown)
        return tuple(name for name in names if name in chosen) or names


class RecordsPageQuery(RecordsQuery):
    """Which records a page of a list has."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            **super().get_fields(),
            "page_size": _PageSize(
                1,
                MAX_PAGE_SIZE,
                default=100,
                help_text="Records on a page. A page can have fewer though more follow: only"
                " `next` says.",
            ),
            "cursor": Parsed(
                str,
                {"type": "string"},
                help_text="Where the page begins. Take it from the address in `next`, and "
                "use it with the same query only.",
            ),
        }


class _PageSize(WholeNumber):
    def run_validation(self, data: Any = empty) -> Any:
        try:
            return super().run_validation(data)
        except ValidationError as error:
            sentence = f"must be a number from 1 to {MAX_PAGE_SIZE}"
            raise ValidationError(sentence, "out_of_range") from error


def _date(text: str) -> Parsed:
    return Parsed(timestamps.clean_date, json_schema.DATE, help_text=text)


def _date_or_moment(text: str) -> Parsed:
    return Parsed(timestamps.clean_date_or_moment, json_schema.DATE_OR_MOMENT, help_text=text)


def _time(text: str) -> Parsed:
    return Parsed(timestamps.clean_time_prefix, json_schema.TIME_PREFIX, help_text=text)


def _equal(field: Field) -> Parsed:
    text = f"{field.description}: equal to this; repeat it for several alternatives."
    return Alternatives(field.type.from_text, field.sent_schema, MAX_ALTERNATIVES, help_text=text)


def _bound(field: Field, words: str) -> Parsed:
    text = f"{field.description}: {words}."
    return Parsed(field.type.from_text, field.sent_schema, help_text=text)


def _within_both(query: Query) -> Query:
    """Parameters narrow each other: with a date and a range of dates, both hold."""
    if not query.date or not (query.date_from or query.date_to):
        return query
    first, last = max(query.date, query.date_from), min(query.date, query.date_to or query.date)
    first_time = query.first_time if first == query.date_from else ""
    last_time = query.last_time if last == query.date_to else ""
    one_day = query.date if first == last and not (first_time or last_time) else ""
    return replace(
        query,
        date=one_day,
        date_from="" if one_day else first,
        date_to="" if one_day else last,
        first_time=first_time,
        last_time=last_time,
    )
