"""Numbers of many records over time: in spans of equal length, or each record where these are few.

The spans are as long as the time between the first and the last record asks for, so that a screen
shows all of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from columns import rows
from columns.asking import ask
from columns.asking.days import states_of
from columns.asking.spans import SECOND, between, length_of_spans
from columns.asking.statements import SqlStatement, name_of, where
from columns.engine import Engine, quoted
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

# So many records or fewer are points of their own.
MAX_RECORDS = 500
# More charts nobody compares.
MAX_GROUPS = 12
# Of one chart that has the width of the page, and of one of many.
MAX_SPANS, MAX_SMALL_SPANS = 400, 200
MIN_SPANS = 20

# Of a measure: least, mean and most. None where no record has it.
Numbers = tuple[float | None, float | None, float | None]
# Of a measure in a span: its start, how many records have it, mean, least, most, p10 and p90; or of
# a record: its moment and its value. Moments are seconds since 1970.
Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The records with one value of the field, None for those without one, or all: ``numbers`` and
    ``points`` of each measure."""

    name: str | None
    count: int
    numbers: list[Numbers]
    points: list[list[Point]]


@dataclass(frozen=True, slots=True)
class OverTime:
    """``all`` has no points; ``lines`` are the largest groups of so many. ``seconds`` is how long a
    span is, and 0 where points are records; ``ends`` are the moments of the first and the last
    record. ``as_of`` and ``is_complete`` are those of Answer."""

    as_of: datetime
    is_complete: bool
    all: Line
    groups: int
    lines: list[Line]
    seconds: float
    ends: tuple[float, float]


def over_time(kind: RecordKind, query: Query, by: str, measures: list[str]) -> OverTime:
    """``by`` names the field that tells groups apart, '' for one line of all records. Raises what
    ask.read() does."""
    states = states_of(kind, query)
    days = between(states[0].date, states[-1].date) if states else 0
    asked = _Asked(kind.schema, query, by, measures, days)
    read = ask.read(kind, query, asked.find, states=states)
    return OverTime(read.as_of, read.is_complete, *read.found)


Found = tuple[Line, int, list[Line], float, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Asked:
    schema: Schema
    query: Query
    by: str
    measures: list[str]
    # How long the days that are asked about are, in microseconds.
    days: int

    def find(self, duckdb: Engine) -> Found:
        return self._of_groups(duckdb) if self.by else self._of_all(duckdb)

    def _of_all(self, duckdb: Engine) -> Found:
        """In spans that suit whole days; and, where records are of a part of these, once more."""
        length = length_of_spans(self.days, MAX_SPANS)
        rows_ = self._spans(duckdb, length, [])
        if not rows_:
            return _line(None, 0, [(None, None, None) for _ in self.measures]), 0, [], 0, (0, 0)
        count = sum(row[2] for row in rows_)
        first, last = min(row[3] for row in rows_), max(row[4] for row in rows_)
        numbers = [self._numbers(rows_, place) for place in range(len(self.measures))]
        if count <= MAX_RECORDS:
            length, points = 0, self._records(duckdb)
        else:
            wanted = length_of_spans(last - first, min(MAX_SPANS, count // 2))
            if wanted != length:
                length, rows_ = wanted, self._spans(duckdb, wanted, [])
            points = self._points(rows_, length)
        line = _line(None, count, numbers, points[None])
        ends = (first / SECOND, last / SECOND)
        return _line(None, count, numbers), 1, [line], length / SECOND, ends

    def _of_groups(self, duckdb: Engine) -> Found:
        named = self._totals(duckdb)
        if not named:
            return _line(None, 0, [(None, None, None) for _ in self.measures]), 0, [], 0, (0, 0)
        _, largest, groups, count, first, last, *_ = named[0]
        if count <= MAX_RECORDS:
            length, points = 0, self._records(duckdb)
        else:
            # Records do not come by the clock: with few of them in a span some would have none.
            maximum = min(MAX_SMALL_SPANS, max(MIN_SPANS, largest // 4))
            length = length_of_spans(last - first, maximum)
            names = [row[0] for row in named]
            points = self._points(self._spans(duckdb, length, names), length)
        numbers = [_threes(row[6:]) for row in named]
        lines = [
            _line(name, size, own[::2], points.get(name, [[] for _ in self.measures]))
            for (name, size, *_), own in zip(named, numbers, strict=True)
        ]
        ends = (first / SECOND, last / SECOND)
        return _line(None, count, numbers[0][1::2]), groups, lines, length / SECOND, ends

    def _totals(self, duckdb: Engine) -> list[tuple[Any, ...]]:
        """*name, count*, and of all groups: how many they are, *count, first, last*; and of each
        measure *min, mean, max* of the group and of all. Of the largest groups."""
        moment, condition = _moment(), self._where()
        inner, outer = "", ""
        for place, one in enumerate(self._columns()):
            inner += f", count({one}) AS c{place}, min({one}) AS l{place}"
            inner += f", favg({one}) AS a{place}, max({one}) AS m{place}"
            mean = f"sum(a{place} * c{place}) OVER () / nullif(sum(c{place}) OVER (), 0)"
            outer += f", l{place}, a{place}, m{place}"
            outer += f", min(l{place}) OVER (), {mean}, max(m{place}) OVER ()"
        text = (
            f"WITH groups AS (SELECT {quoted(self.by)} AS name, count(*) AS count,"
            f" min({moment}) AS first, max({moment}) AS last{inner} FROM records"
            f" WHERE {condition.text} GROUP BY 1)"
            f" SELECT name, count, count(*) OVER (), CAST(sum(count) OVER () AS BIGINT),"
            f" min(first) OVER (), max(last) OVER (){outer}"
            f" FROM groups ORDER BY 2 DESC, 1 NULLS LAST LIMIT {MAX_GROUPS}"
        )
        return duckdb.rows(text, condition.values)

    def _records(self, duckdb: Engine) -> dict[str | None, list[list[Point]]]:
        """A point for each record, by the name of its group."""
        condition = self._where()
        values = "".join(f", {one}" for one in self._columns())
        text = (
            f"SELECT {name_of(self.by)}, {_moment()} AS moment{values} FROM records"
            f" WHERE {condition.text} ORDER BY moment, {quoted(rows.TIME)} LIMIT {MAX_RECORDS}"
        )
        points: dict[str | None, list[list[Point]]] = {}
        for name, moment, *found in duckdb.rows(text, condition.values):
            own = points.setdefault(name, [[] for _ in self.measures])
            for line, value in zip(own, found, strict=True):
                if value is not None:
                    line.append((moment / SECOND, value))
        return points

    def _spans(self, duckdb: Engine, length: int, names: list[str | None]) -> list[tuple[Any, ...]]:
        """*name, number of the span, count, first, last*, and *count, mean, min, max, [p10, p90]*
        of each measure; in the order of time."""
        moment, condition, among = _moment(), self._where(), self._among(names)
        numbers = "".join(
            f", count({one}), favg({one}), min({one}), max({one}), quantile_cont({one}, [0.1, 0.9])"
            for one in self._columns()
        )
        text = (
            f"SELECT {name_of(self.by)} AS name,"
            f" CAST(floor({moment} / {length}.0) AS BIGINT) AS span, count(*),"
            f" min({moment}), max({moment}){numbers} FROM records"
            f" WHERE {condition.text} AND {among.text} GROUP BY 1, 2 ORDER BY 2"
        )
        return duckdb.rows(text, [*condition.values, *among.values])

    def _points(
        self, rows_: list[tuple[Any, ...]], length: int
    ) -> dict[str | None, list[list[Point]]]:
        """A point for each span that has records with the measure, by the name of its group."""
        points: dict[str | None, list[list[Point]]] = {}
        for name, span, _, _, _, *found in rows_:
            own = points.setdefault(name, [[] for _ in self.measures])
            for line, place in zip(own, range(0, len(found), 5), strict=True):
                count, *inner, percentiles = found[place : place + 5]
                if count:
                    line.append((span * length / SECOND, count, *inner, *percentiles))
        return points

    def _numbers(self, rows_: list[tuple[Any, ...]], place: int) -> Numbers:
        """Of a measure in all spans together."""
        start = 5 + 5 * place
        known = [row[start : start + 4] for row in rows_ if row[start]]
        if not known:
            return None, None, None
        total = math.fsum(count * mean for count, mean, *_ in known)
        count = sum(one[0] for one in known)
        return min(one[2] for one in known), total / count, max(one[3] for one in known)

    def _among(self, names: list[str | None]) -> SqlStatement:
        """That a record is of one of these groups."""
        if not self.by:
            return SqlStatement("true")
        texts = [name for name in names if name is not None]
        terms = [f"{quoted(self.by)} IN ({', '.join('?' * len(texts))})"] if texts else []
        terms += [f"{quoted(self.by)} IS NULL"] if None in names else []
        return SqlStatement(f"({' OR '.join(terms)})", texts)

    def _where(self) -> SqlStatement:
        return where(self.query, self.schema)

    def _columns(self) -> list[str]:
        return [quoted(name) for name in self.measures]


def _moment() -> str:
    return f"epoch_us({quoted(rows.AT)})"


def _line(
    name: str | None, count: int, numbers: list[Numbers], points: list[list[Point]] | None = None
) -> Line:
    return Line(name, count, numbers, points or [])


def _threes(numbers: Sequence[Any]) -> list[Numbers]:
    return [tuple(numbers[place : place + 3]) for place in range(0, len(numbers), 3)]
