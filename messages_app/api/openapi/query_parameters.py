"""The query string of lists and exports (parameters.py) as parameters of the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.api.parameters import (
    DEFAULT_PAGE_SIZE,
    MAX,
    MAX_PAGE_SIZE,
    MIN,
    ORDERS,
)
from messages_app.api.serializers import FIELD_NAMES
from messages_app.schema.builtin import MESSAGE
from messages_app.store.query import MAX_ALTERNATIVES


def _parameter(name: str, schema: JSONSchema, description: str, **more: Any) -> OpenApiParameter:
    schema = {key: value for key, value in schema.items() if key != "description"}
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, **more)


_DATES = (
    _parameter("date", json_schema.DATE, "Records of this UTC date."),
    _parameter("date_from", json_schema.DATE, "Records of this UTC date and later ones."),
    _parameter("date_to", json_schema.DATE, "Records of this UTC date and earlier ones."),
    _parameter(
        "time_from",
        json_schema.TIME_PREFIX,
        "On each day, records from this UTC time on. It may be the beginning of a time.",
    ),
    _parameter(
        "time_to",
        json_schema.TIME_PREFIX,
        "On each day, records to this UTC time, including those that begin with it.",
    ),
)
_EQUALITY = tuple(
    _parameter(
        field.name,
        {"type": "array", "items": field.sent_schema, "maxItems": MAX_ALTERNATIVES},
        f"{field.description}: equal to this; repeat it for several alternatives.",
        style="form",
        explode=True,
    )
    for field in MESSAGE.fields
)
_RANGES = tuple(
    _parameter(field.name + end, field.sent_schema, f"{field.description}: {words}.")
    for field in MESSAGE.numbers
    for end, words in ((MIN, "this or more"), (MAX, "this or less"))
)
_SHOWN = (
    _parameter(
        "order",
        {"type": "string", "enum": list(ORDERS), "default": ORDERS[0]},
        "By date and time: which come first.",
    ),
    _parameter(
        "fields",
        {"type": "array", "items": {"type": "string", "enum": list(FIELD_NAMES)}},
        "Only these fields of the records, separated by commas.",
        style="form",
        explode=False,
    ),
)
_PAGES = (
    _parameter(
        "page_size",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_PAGE_SIZE,
            "default": DEFAULT_PAGE_SIZE,
        },
        "Records on a page. One can have fewer though more follow: only `next` tells.",
    ),
    _parameter(
        "cursor",
        {"type": "string"},
        "Where the page begins. Do not make it up: follow `next`. It belongs to the query that it"
        " was handed out for.",
    ),
)

EXPORT = [*_DATES, *_EQUALITY, *_RANGES, *_SHOWN]
LIST = [*EXPORT, *_PAGES]
