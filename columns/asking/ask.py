"""The one way to ask something of many records: from the files of the days that are asked about.

Days that changed since are read from the table, where that takes little time. For all others the
answer says that it is not complete; what it has of them is what their last file has.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from django.conf import settings

from columns.asking import cache, statements
from columns.asking.cache import Away
from columns.asking.days import opened, states_of
from columns.asking.question import (
    MAX_GROUPS,
    MAX_POINTS,
    Group,
    Point,
    SummaryAnswer,
    SummaryQuestion,
    TooMuch,
)
from columns.engine import Engine, TooLong, TooMuchMemory, kept_engine
from columns.files import DayState
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

Found = TypeVar("Found")

_TOO_MUCH = "{}: ask for fewer days, or filter more"


@dataclass(frozen=True, slots=True)
class QueryResult(Generic[Found]):
    """What was found in the records, and how far it is what the table has: see Answer."""

    as_of: datetime
    is_complete: bool
    found: Found


def ask(kind: RecordKind, question: SummaryQuestion) -> SummaryAnswer:
    """The answer to a question. Raises what read() does."""
    read_ = read(kind, question.query, lambda duckdb: _asked(duckdb, question, kind.schema))
    return SummaryAnswer(read_.as_of, read_.is_complete, read_.found)


def read(
    kind: RecordKind,
    query: Query,
    find: Callable[[Engine], Found],
    away: Away | None = None,
    states: list[DayState] | None = None,
) -> QueryResult[Found]:
    """What ``find`` finds in the view *records*, which has those of the days of a query, whose
    ``states`` may be known; it can be called twice. ``away`` goes with all that is read for one
    question. Raises TooMuch, EngineError, and OSError where the disk fails."""
    states = states_of(kind, query) if states is None else states
    with opened(kind, states, away) as days:
        found = days.used(lambda paths: run_on(paths, kind.schema, find))
        return QueryResult(days.as_of, days.is_complete, found)


def run_on(
    paths: list[Path], schema: Schema, find: Callable[[Engine], Found], too_much: str = _TOO_MUCH
) -> Found:
    """What ``find`` finds in the view *records*, which has those of these files. ``too_much`` says
    what to change, behind what it takes too much of. Raises TooMuch and EngineError."""
    try:
        with kept_engine(cache.folder(), settings.COLUMNS_SECONDS) as duckdb:
            view = statements.view(schema, paths).text
            duckdb.run(view)
            duckdb.remember(view)
            return find(duckdb)
    except TooLong as error:
        sentence = f"It takes longer than {settings.COLUMNS_SECONDS} seconds"
        raise TooMuch(too_much.format(sentence)) from error
    except TooMuchMemory as error:
        raise TooMuch(too_much.format("It takes too much memory")) from error


def _asked(duckdb: Engine, question: SummaryQuestion, schema: Schema) -> list[Group]:
    found = groups_of(duckdb, question, schema)
    points = points_of(duckdb, question, schema) if question.bucket else {}
    return [replace(one, series=points.get(one.name, [])) for one in found]


def groups_of(duckdb: Engine, question: SummaryQuestion, schema: Schema) -> list[Group]:
    """All groups, without their series. Raises TooMuch."""
    wanted = statements.groups(question, schema, MAX_GROUPS + 1)
    found = duckdb.rows(wanted.text, wanted.values)
    if len(found) > MAX_GROUPS:
        raise TooMuch(f"There are more than {MAX_GROUPS:,} groups: filter more")
    return [Group(*one) for one in found]


def points_of(
    duckdb: Engine, question: SummaryQuestion, schema: Schema, *, with_percentiles: bool = True
) -> Mapping[str | None, list[Point]]:
    """The series of all groups, by their names. Raises TooMuch."""
    points: dict[str | None, list[Point]] = defaultdict(list)
    wanted = statements.series(question, schema, MAX_POINTS + 1, with_percentiles=with_percentiles)
    found = duckdb.rows(wanted.text, wanted.values)
    if len(found) > MAX_POINTS:
        raise TooMuch(f"There are more than {MAX_POINTS:,} points: choose a longer bucket")
    for name, start, *numbers in found:
        points[name].append(Point(datetime.fromtimestamp(start, UTC), *numbers))
    return points
