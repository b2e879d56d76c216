"""Numbers of many records over time: in spans of equal length, or each record where these are few.

The spans are as long as the time between the first and the last record asks for, so that a screen
shows all of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from columns import rows
from columns.asking import ask
from columns.asking.statements import Statement, where
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

_MILLISECOND = 1_000
_SECOND = 1_000_000
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3_600 * _SECOND, 86_400 * _SECOND
_LENGTHS = [
    1,
    *(_MILLISECOND * size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(_SECOND * size for size in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(_MINUTE * size for size in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(_HOUR * size for size in (1, 2, 3, 4, 6, 8, 12)),
    *(_DAY * size for size in (1, 2, 3, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, 730, 1_461)),
    *(_DAY * size for size in (3_650, 7_300, 14_610, 36_525)),
]

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
    asked = _Asked(kind.schema, query, by, measures)
    read = ask.read(kind, query, asked.look)
    return OverTime(read.as_of, read.is_complete, *read.found)


def length_of_spans(microseconds: int, maximum: int) -> int:
    """The shortest length that is easy to read, of which so many spans last as long as that."""
    return next((one for one in _LENGTHS if microseconds <= one * maximum), _LENGTHS[-1])


Found = tuple[Line, int, list[Line], float, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Asked:
    schema: Schema
    query: Query
    by: str
    measures: list[str]

    def look(self, duckdb: Engine) -> Found:
        nothing = (None, 0, 0, 0, 0, *[None] * 3 * len(self.measures))
        whole = self._totals(duckdb, "") or [nothing]
        _, count, _, first, last, *numbers = whole[0]
        everything = Line(None, count, _of_measures(numbers), [])
        named = self._totals(duckdb, self.by) if self.by else whole[: min(1, count)]
        if count <= MAX_RECORDS:
            length, points = 0, self._records(duckdb)
        else:
            maximum = MAX_SMALL_SPANS if self.by else MAX_SPANS
            length = length_of_spans(last - first, maximum)
            points = self._spans(duckdb, length, [row[0] for row in named])
        lines = [
            Line(name, size, _of_measures(own), points.get(name, [[] for _ in self.measures]))
            for name, size, _, _, _, *own in named
        ]
        groups = named[0][2] if named else 0
        return everything, groups, lines, length / _SECOND, (first / _SECOND, last / _SECOND)

    def _totals(self, duckdb: Engine, by: str) -> list[tuple[Any, ...]]:
        """*name, count, groups, first, last*, and *min, mean, max* of each measure; of the largest
        groups."""
        moment, condition = _moment(), self._where()
        numbers = "".join(f", min({one}), favg({one}), max({one})" for one in self._columns())
        text = (
            f"SELECT {_name(by)} AS name, count(*) AS count, count(*) OVER (), min({moment}),"
            f" max({moment}){numbers} FROM records WHERE {condition.text}"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST LIMIT {MAX_GROUPS}"
        )
        return duckdb.rows(text, condition.values)

    def _records(self, duckdb: Engine) -> dict[str | None, list[list[Point]]]:
        """A point for each record, by the name of its group."""
        condition = self._where()
        values = "".join(f", {one}" for one in self._columns())
        text = (
            f"SELECT {_name(self.by)}, {_moment()} AS moment{values} FROM records"
            f" WHERE {condition.text} ORDER BY moment, {quoted(rows.TIME)} LIMIT {MAX_RECORDS}"
        )
        points: dict[str | None, list[list[Point]]] = {}
        for name, moment, *found in duckdb.rows(text, condition.values):
            own = points.setdefault(name, [[] for _ in self.measures])
            for line, value in zip(own, found, strict=True):
                if value is not None:
                    line.append((moment / _SECOND, value))
        return points

    def _spans(
        self, duckdb: Engine, length: int, names: list[str | None]
    ) -> dict[str | None, list[list[Point]]]:
        """A point for each span that has records with the measure, by the name of its group."""
        condition = self._where()
        among = self._among(names)
        numbers = "".join(
            f", count({one}), favg({one}), min({one}), max({one}), quantile_cont({one}, [0.1, 0.9])"
            for one in self._columns()
        )
        text = (
            f"SELECT {_name(self.by)} AS name,"
            f" CAST(floor({_moment()} / {length}.0) AS BIGINT) AS span{numbers} FROM records"
            f" WHERE {condition.text} AND {among.text} GROUP BY 1, 2 ORDER BY 2"
        )
        points: dict[str | None, list[list[Point]]] = {}
        for name, span, *found in duckdb.rows(text, [*condition.values, *among.values]):
            own = points.setdefault(name, [[] for _ in self.measures])
            for line, place in zip(own, range(0, len(found), 5), strict=True):
                count, *inner, percentiles = found[place : place + 5]
                if count:
                    line.append((span * length / _SECOND, count, *inner, *percentiles))
        return points

    def _among(self, names: list[str | None]) -> Statement:
        """That a record is of one of these groups."""
        if not self.by:
            return Statement("true")
        texts = [name for name in names if name is not None]
        terms = [f"{quoted(self.by)} IN ({', '.join('?' * len(texts))})"] if texts else []
        terms += [f"{quoted(self.by)} IS NULL"] if None in names else []
        return Statement(f"({' OR '.join(terms)})", texts)

    def _where(self) -> Statement:
        return where(self.query, self.schema)

    def _columns(self) -> list[str]:
        return [quoted(name) for name in self.measures]


def _name(by: str) -> str:
    return quoted(by) if by else "NULL::VARCHAR"


def _moment() -> str:
    return f"epoch_us({quoted(rows.AT)})"


def _of_measures(numbers: list[Any]) -> list[Numbers]:
    return [tuple(numbers[place : place + 3]) for place in range(0, len(numbers), 3)]
