"""The numbers of records over time, as JSON for the page's script.

``{"by", "said", "late", "as_of", "total", "seconds", "span", "ends",
"groups": [{"name", "count", "url"}], "others",
"charts": [{"name", "label", "unit", "lines": [[point, …], …]}],
"measures": [{"name", "label"}],
"summary": [{"name", "count", "numbers": [{"min", "mean", "max"}]}]}``

``lines`` stand in the order of ``groups``, ``numbers`` in that of ``charts``. A point is of a span
of so many ``seconds``: ``[start, count, mean, min, max, p10, p90]``; or, where these are 0, a
record: ``[moment, value]``; ``span`` is the length in words. Moments are epoch seconds. ``total``
is null where days are missing. ``charts`` are of some of the ``measures`` where there are many.
"""

from typing import Any

from columns.asking.over_time import Line, Numbers, OverTime
from columns.pages.charts import words
from columns.pages.numbers import shown
from messages_app.schema.schema import Field, Schema

# So many charts of all records, and of each group.
MAX_MEASURES, MAX_SMALL_MEASURES = 8, 3


def measures_of(schema: Schema, by: str, wanted: str = "") -> list[Field]:
    """The numbers that are drawn: the first ones, or the one that is named."""
    named = [field for field in schema.measures if field.name == wanted]
    return named or list(schema.measures[: MAX_SMALL_MEASURES if by else MAX_MEASURES])


def drawn(
    found: OverTime, late: list[str], schema: Schema, by: str, measures: list[Field]
) -> dict[str, Any]:
    """``late`` are the dates whose records are missing or older ones."""
    others = found.groups - len(found.lines)
    lines = [found.all, *found.lines] if by else [found.all]
    return {
        "by": schema.by_name[by].label if by else "",
        "said": words.caption(found),
        "late": words.late(late) if not found.is_complete else "",
        "as_of": found.as_of.timestamp(),
        "total": found.all.count if found.is_complete else None,
        "seconds": found.seconds,
        "span": words.span(found.seconds),
        "ends": found.ends,
        "groups": [{"name": _name(line, by), "count": line.count} for line in found.lines],
        "others": max(0, others),
        "charts": [_chart(field, place, found.lines) for place, field in enumerate(measures)],
        "measures": [{"name": field.name, "label": field.label} for field in schema.measures],
        "summary": [_summary(line, by if line is not found.all else "") for line in lines],
    }


def _chart(field: Field, place: int, lines: list[Line]) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "unit": field.unit,
        "lines": [line.points[place] for line in lines],
    }


def _summary(line: Line, by: str) -> dict[str, Any]:
    return {
        "name": _name(line, by) or words.ALL,
        "count": line.count,
        "numbers": [_numbers(one) for one in line.numbers],
    }


def _numbers(numbers: Numbers) -> dict[str, str]:
    minimum, mean, maximum = numbers
    if minimum is not None and mean is not None and maximum is not None:
        # Of equal numbers it can lie beside them by the last bit.
        numbers = (minimum, min(max(mean, minimum), maximum), maximum)
    return dict(zip(("min", "mean", "max"), map(shown, numbers), strict=True))


def _name(line: Line, by: str) -> str:
    if not by:
        return ""
    return words.NO_VALUE if line.name is None else line.name
