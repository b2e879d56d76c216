"""Questions as statements for DuckDB. Values are never written into a statement; names are those of
the kind's fields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from columns import rows
from columns.asking.question import SummaryQuestion
from columns.engine import quoted
from messages_app.schema.schema import Schema
from messages_app.store.query import Query


@dataclass
class SqlStatement:
    """A statement with a place for each of its values, in their order."""

    text: str
    values: list[Any] = field(default_factory=list)


def view(schema: Schema, paths: Sequence[Path], name: str = "records") -> SqlStatement:
    """All records of some files, in a table with every column of the schema: a file that was
    built before a field was added does not have it."""
    typed = rows.types(schema).items()
    none = ", ".join(f"NULL::{type_} AS {quoted(name)}" for name, type_ in typed)
    names = ", ".join(map(quoted, rows.types(schema)))
    listed = ", ".join(f"'{path}'" for path in paths)
    files = f" UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], union_by_name = true)"
    every = f"(SELECT {none} WHERE false){files if paths else ''}"
    return SqlStatement(f"CREATE TEMP VIEW {quoted(name)} AS SELECT {names} FROM ({every})")


def groups(question: SummaryQuestion, schema: Schema, maximum: int) -> SqlStatement:
    """*name, count, mean, min, max, p50, p95, last* of each group, the largest first."""
    measure = _measure(question)
    matching = where(question.query, schema)
    text = (
        f"SELECT {name_of(question.by)} AS name, count(*) AS count, favg({measure}),"
        f" min({measure}), max({measure}), {_percentiles(measure, 0.5, 0.95)},"
        f" max({quoted(rows.AT)}) FROM records WHERE {matching.text}"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST LIMIT {int(maximum)}"
    )
    return SqlStatement(text, matching.values)


def series(
    question: SummaryQuestion, schema: Schema, maximum: int, *, with_percentiles: bool = True
) -> SqlStatement:
    """*name, start in epoch seconds, count, mean, min, max, p10, p90* of each group and bucket. The
    percentiles, None without them, take as long as all the rest."""
    measure = _measure(question)
    matching = where(question.query, schema)
    bucket = int(question.bucket)
    percentiles = _percentiles(measure, 0.1, 0.9) if with_percentiles else "NULL, NULL"
    start = f"epoch_us({quoted(rows.AT)}) // {bucket * 1_000_000}"  # no record is before 1970
    text = (
        f"SELECT {name_of(question.by)} AS name, {start} * {bucket} AS start, count(*),"
        f" favg({measure}), min({measure}), max({measure}), {percentiles}"
        f" FROM records WHERE {matching.text}"
        f" GROUP BY 1, 2 ORDER BY 2 LIMIT {int(maximum)}"
    )
    return SqlStatement(text, matching.values)


def where(query: Query, schema: Schema) -> SqlStatement:
    """What the query asks of a record, but for its date."""
    time = quoted(rows.TIME)
    terms, values = ["true"], list[Any]()
    if query.time_from or query.time_to:  # every record has another text there: it costs to read
        terms.append(f"{time} BETWEEN ? AND ?")
        values += query.ends()
    for term, *places in _moments(query):
        terms.append(term)
        values += places
    by_name = {one.name: one for one in schema.fields}
    for name, alternatives in query.filters.items():
        is_number = by_name[name].type.is_number
        terms.append(f"{quoted(name)} IN ({', '.join('?' * len(alternatives))})")
        values += [rows.cell(one, is_number=is_number) for one in alternatives]
    for name, range_ in query.ranges.items():
        for sign, end in ((">=", range_.minimum), ("<=", range_.maximum)):
            if end is not None:
                terms.append(f"{quoted(name)} {sign} ?")
                values.append(float(end))
    terms += [f"{quoted(name)} IS NULL" for name in query.without]
    if query.import_id:
        terms.append(f"{quoted(rows.IMPORT)} = ?")
        values.append(query.import_id)
    return SqlStatement(" AND ".join(terms), values)


def _moments(query: Query) -> Iterator[tuple[str, str, str]]:
    """For the day on which the query begins, and for the one on which it ends: a term with places
    for the date and for the time."""
    date, time = quoted(rows.DATE), quoted(rows.TIME)
    if query.first_time:
        yield f"({date} <> ? OR {time} >= ?)", query.date_from, query.ends(query.date_from)[0]
    if query.last_time:
        yield f"({date} <> ? OR {time} <= ?)", query.date_to, query.ends(query.date_to)[1]


def _percentiles(measure: str, low: float, high: float) -> str:
    """Two columns; they are found in one pass, as DuckDB sees that it is the same list."""
    both = f"quantile_cont({measure}, [{low}, {high}])"
    return f"{both}[1], {both}[2]"


def name_of(by: str) -> str:
    """What tells groups apart: the field of this name, or nothing for ''."""
    return quoted(by) if by else "NULL::VARCHAR"


def _measure(question: SummaryQuestion) -> str:
    return quoted(question.measure) if question.measure else "NULL::DOUBLE"
