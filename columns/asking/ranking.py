"""All groups of the records that a query matches, in an order, and what they were before."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from columns.asking.ask import groups_of, points_of, read
from columns.asking.cache import Away
from columns.asking.question import Group, Point, SummaryQuestion
from columns.engine import Engine
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

COLUMNS = ("name", "count", "mean", "p50", "p95", "min", "max", "last")
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Order:
    """By one of the columns; whoever has no number there comes last."""

    column: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group now and in the span before: None where it has no records."""

    name: str | None
    now: Group | None
    before: Group | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """A page of the groups, which are ``total``; the rest as an Answer has it."""

    as_of: datetime
    is_complete: bool
    total: int
    groups: list[Ranked]


def rank(
    kind: RecordKind,
    question: SummaryQuestion,
    order: Order,
    page: int = 1,
    before: Query | None = None,
) -> Ranking:
    """One page of all groups of a question, from 1 on; their series are of the question's bucket.
    Raises what read() does."""
    schema, away = kind.schema, Away()
    earlier = None
    if before is not None:
        asked = replace(question, query=before)
        earlier = read(kind, before, lambda duckdb: groups_of(duckdb, asked, schema), away)

    def find(duckdb: Engine) -> tuple[int, list[Ranked]]:
        groups = groups_of(duckdb, question, schema)
        every = _sorted(_pairs(groups, earlier.found if earlier else []), order)
        shown = every[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return len(every), _with_series(duckdb, shown, question, schema)

    found = read(kind, question.query, find, away)
    total, groups = found.found
    return Ranking(
        min(found.as_of, earlier.as_of) if earlier else found.as_of,
        found.is_complete and (earlier is None or earlier.is_complete),
        total,
        groups,
    )


def _pairs(now: list[Group], before: list[Group]) -> list[Ranked]:
    earlier = {group.name: group for group in before}
    pairs = [Ranked(group.name, group, earlier.pop(group.name, None)) for group in now]
    return [*pairs, *(Ranked(name, None, group) for name, group in earlier.items())]


def _sorted(pairs: list[Ranked], order: Order) -> list[Ranked]:
    """Ties are in the order of names."""
    by_name = sorted(pairs, key=lambda one: (one.name is None, one.name or ""))
    with_value = [one for one in by_name if _value(one, order.column) is not None]
    without = [one for one in by_name if _value(one, order.column) is None]
    with_value.sort(key=lambda one: _value(one, order.column), reverse=order.descending)
    return [*with_value, *without]


def _value(one: Ranked, column: str) -> Any:
    if column == "name":
        return one.name
    return getattr(one.now, column) if one.now else None


def _with_series(
    duckdb: Engine, shown: list[Ranked], question: SummaryQuestion, schema: Schema
) -> list[Ranked]:
    points: dict[str | None, list[Point]] = {}
    for query in _queries(shown, question):
        asked = replace(question, query=query)
        points |= points_of(duckdb, asked, schema, with_percentiles=False)  # a line of the means
    return [
        replace(one, now=replace(one.now, series=points.get(one.name, []))) if one.now else one
        for one in shown
    ]


def _queries(shown: list[Ranked], question: SummaryQuestion) -> list[Query]:
    """Those that ask for the records of the groups that are shown alone."""
    if not question.bucket or not question.measure:
        return []
    query, by = question.query, question.by
    names = tuple(one.name for one in shown if one.now and one.name is not None)
    queries = [replace(query, filters={**query.filters, by: names})] if names else []
    if any(one.now and one.name is None for one in shown):
        queries.append(replace(query, without=(*query.without, by)))
    return queries
