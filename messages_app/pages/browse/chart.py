"""The numbers of records over time, in a line for each value of a text field; as JSON for the
page's script.

``{"by", "said", "total", "groups": [{"name", "count"}], "others",
"charts": [{"name", "label", "unit", "lines": [[[x, y], …], …]}],
"summary": [{"name", "count", "numbers": [{"min", "mean", "max"}]}]}``

``lines`` stand in the order of ``groups``, ``numbers`` in that of ``charts``. x is epoch seconds.
``total`` is how many records there are, null where not all were read.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from typing import Any

from messages_app.pages.browse.downsampling import Point, shares, thin
from messages_app.schema.record import Message
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import as_text
from messages_app.store.paging import Page

# So many records are read for a chart, however many match.
MAX_RECORDS = 5000
MAX_POINTS = 800
# More lines, and more colours, nobody tells apart.
MAX_LINES = 8
# The name of the line of records without a value in the field.
NO_VALUE = "no value"
_SHOWN_DIGITS = Context(prec=6)
# Of the sum of so many numbers of 38 digits none is lost.
_EXACT = Context(prec=100)


def chart_of(page: Page, schema: Schema, by: str, *, newest_first: bool = False) -> dict[str, Any]:
    """What is drawn of the records of a page. ``by`` names a text field; without one all records
    are one line."""
    groups = _groups(page.messages, by)
    drawn = sorted(sorted(groups, key=lambda name: -len(groups[name]))[:MAX_LINES])
    others = [one for name, few in groups.items() if name not in drawn for one in few]
    lines = {name: groups[name] for name in drawn}
    summary = [_summary(schema, name, few) for name, few in lines.items()]
    if others:
        summary.append(_summary(schema, f"{len(groups) - len(drawn)} others", others))
    return {
        "by": schema.by_name[by].label if by else "",
        "said": _said(page, newest_first=newest_first),
        "total": None if page.cursor else len(page.messages),
        "groups": [{"name": name, "count": len(few)} for name, few in lines.items()],
        "others": len(groups) - len(drawn),
        "charts": [_chart(schema, field, list(lines.values())) for field in schema.measures],
        "summary": summary,
    }


def _groups(messages: list[Message], by: str) -> dict[str, list[Message]]:
    """The records by the value of a field, each in the order of time."""
    groups: dict[str, list[Message]] = defaultdict(list)
    for message in sorted(messages, key=lambda message: message.key):
        groups[(message.text(by) or NO_VALUE) if by else ""].append(message)
    return groups


def _chart(schema: Schema, field: Field, lines: Sequence[list[Message]]) -> dict[str, Any]:
    allowed = shares([len(line) for line in lines], MAX_POINTS)
    return {
        "name": field.name,
        "label": field.label,
        "unit": field.unit,
        "lines": [
            thin([_point(schema, field, one) for one in _with_value(line, field)], maximum)
            for line, maximum in zip(lines, allowed, strict=True)
        ],
    }


def _with_value(messages: list[Message], field: Field) -> list[Message]:
    return [message for message in messages if field.name in message.values]


def _point(schema: Schema, field: Field, message: Message) -> Point:
    moment, value = _decimal(message, schema.time_field), _decimal(message, field.name)
    return float(moment), float(value)


def _summary(schema: Schema, name: str, messages: list[Message]) -> dict[str, Any]:
    return {
        "name": name,
        "count": len(messages),
        "numbers": [
            _numbers([_decimal(message, field.name) for message in _with_value(messages, field)])
            for field in schema.measures
        ],
    }


def _decimal(message: Message, name: str) -> Decimal:
    value = message.values[name]
    assert isinstance(value, Decimal)
    return value


def _numbers(values: list[Decimal]) -> dict[str, str]:
    if not values:
        return dict.fromkeys(("min", "mean", "max"), "")
    with localcontext(_EXACT):
        mean = sum(values, Decimal(0)) / len(values)
    numbers = {"min": min(values), "mean": mean, "max": max(values)}
    return {name: as_text(value.normalize(_SHOWN_DIGITS)) for name, value in numbers.items()}


def _said(page: Page, *, newest_first: bool) -> str:
    count = len(page.messages)
    if page.cursor is None:
        return f"All {count:,} records are drawn." if count > 1 else "1 record is drawn."
    end = "last" if newest_first else "first"
    return f"The {end} {count:,} records are drawn. Narrow the time to see the others."
