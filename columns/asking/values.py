"""Which values the fields have in the records that a query matches, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from columns.asking.ask import QueryResult, read
from columns.asking.statements import SqlStatement, where
from columns.engine import Engine, quoted
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Field, Schema
from messages_app.store.query import Query

# More of a field nobody reads; a search finds the others.
MAX_VALUES = 200
BINS = 20
MAX_NEAR = 3
_SIMILARITY = 0.75


@dataclass(frozen=True, slots=True)
class TextValues:
    """The most frequent values of a field, each with its count; ``total`` is how many there are."""

    name: str
    total: int
    values: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Near:
    """Some values; whether they ``are_like`` the one that was wanted."""

    are_like: bool
    values: list[str]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many numbers there are in each of the equal parts from ``low`` to ``high``."""

    name: str
    low: float
    high: float
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Values:
    texts: list[TextValues]
    numbers: list[Histogram]


def values(kind: RecordKind, query: Query, search: str = "") -> QueryResult[Values]:
    """Of each field, whatever the query asks of that field itself: what else could be chosen. With
    a text to search for, those values that contain it, in any case. Raises what read() does."""
    schema = kind.schema

    def find(duckdb: Engine) -> Values:
        texts = [_texts(duckdb, field, query, schema, search) for field in schema.texts]
        numbers = [] if search else [*_histograms(duckdb, query, schema)]
        return Values(texts, numbers)

    return read(kind, query, find)


def near(kind: RecordKind, query: Query, wanted: dict[str, str]) -> QueryResult[dict[str, Near]]:
    """For each field whose wanted value no record has: the values that are most like it, else the
    most frequent ones. Raises what read() does."""
    matching = where(query, kind.schema)

    def find(duckdb: Engine) -> dict[str, Near]:
        found = {name: _near(duckdb, name, value, matching) for name, value in wanted.items()}
        return {name: some for name, some in found.items() if wanted[name] not in some.values}

    return read(kind, query, find)


def _texts(duckdb: Engine, field: Field, query: Query, schema: Schema, search: str) -> TextValues:
    matching, column = where(_besides(query, field), schema), quoted(field.name)
    contains = f" AND contains(lower({column}), lower(?))" if search else ""
    found = duckdb.rows(
        f"SELECT {column}, count(*), count(*) OVER () FROM records"  # noqa: S608 - quoted names
        f" WHERE {matching.text} AND {column} IS NOT NULL{contains}"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_VALUES}",
        [*matching.values, *([search] if search else [])],
    )
    return TextValues(field.name, found[0][2] if found else 0, [(one, n) for one, n, _ in found])


def _histograms(duckdb: Engine, query: Query, schema: Schema) -> Iterator[Histogram]:
    for field in schema.measures:
        matching, column = where(_besides(query, field), schema), quoted(field.name)
        [(low, high)] = duckdb.rows(
            f"SELECT min({column}), max({column}) FROM records WHERE {matching.text}",  # noqa: S608
            matching.values,
        )
        if low is None:
            continue
        width = (high - low) / BINS or 1.0
        found = duckdb.rows(
            f"SELECT least({BINS - 1}, CAST(floor(({column} - ?) / ?) AS INTEGER)), count(*)"  # noqa: S608
            f" FROM records WHERE {matching.text} AND {column} IS NOT NULL GROUP BY 1",
            [low, width, *matching.values],
        )
        counts = dict(found)
        yield Histogram(field.name, low, high, [counts.get(place, 0) for place in range(BINS)])


def _besides(query: Query, field: Field) -> Query:
    """What the query asks of other fields."""
    name = field.name
    return replace(
        query,
        filters={one: some for one, some in query.filters.items() if one != name},
        ranges={one: range_ for one, range_ in query.ranges.items() if one != name},
        without=tuple(one for one in query.without if one != name),
    )


def _near(duckdb: Engine, name: str, wanted: str, matching: SqlStatement) -> Near:
    """The wanted value itself comes first where there is one."""
    column = quoted(name)
    found = duckdb.rows(
        f"SELECT value, jaro_winkler_similarity(lower(value), lower(?)) AS likeness FROM"  # noqa: S608
        f" (SELECT {column} AS value, count(*) AS count FROM records"
        f" WHERE {matching.text} AND {column} IS NOT NULL GROUP BY 1)"
        f" ORDER BY value = ? DESC, if(likeness >= {_SIMILARITY}, likeness, 0) DESC, count DESC, 1"
        f" LIMIT {MAX_NEAR}",
        [wanted, *matching.values, wanted],
    )
    like = [value for value, likeness in found if likeness >= _SIMILARITY]
    return Near(bool(like), like or [value for value, _ in found])
