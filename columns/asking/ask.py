"""The one way to ask something of many records: from the files of the days that are asked about.

Days that changed since are read from the table, where that takes little time. For all others the
answer says that it is not complete; what it has of them is what their last file has.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

import structlog
from django.conf import settings
from django.utils import timezone

from columns import building, files
from columns.asking import cache, statements
from columns.asking.question import MAX_GROUPS, MAX_POINTS, Answer, Group, Point, Question, TooMuch
from columns.engine import Engine, EngineError, TooLarge, TooLong, engine
from columns.files import DayState
from columns.models import ColumnFile
from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

log = structlog.get_logger(__name__)

Found = TypeVar("Found")

# Whoever asks waits for so many records to be read from the table, and for so long.
_READ_AT_ONCE = 20_000
_READ_SECONDS = 3.0
_TOO_MUCH = "{}: ask for fewer days, or filter more"


@dataclass(frozen=True, slots=True)
class Read(Generic[Found]):
    """What was found in the records, and how far it is what the table has: see Answer."""

    as_of: datetime
    is_complete: bool
    found: Found


def ask(kind: RecordKind, question: Question) -> Answer:
    """The answer to a question. Raises what read() does."""
    read_ = read(kind, question.query, lambda duckdb: _asked(duckdb, question, kind.schema))
    return Answer(read_.as_of, read_.is_complete, read_.found)


def read(kind: RecordKind, query: Query, look: Callable[[Engine], Found]) -> Read[Found]:
    """What ``look`` finds in the view *records*, which has those of the days of a query; it can be
    called twice. Raises TooMuch, EngineError, and OSError where the disk fails."""
    started = timezone.now()
    states = [] if query.is_empty else _states(kind, query)
    with TemporaryDirectory(prefix=cache.READ_NOW, dir=cache.folder()) as folder:
        now = _read_now(kind, states, Path(folder))
        known = [one.file for one in states if one.file is not None and one.date not in now]
        if sum(row.bytes for row in known) > cache.limit():
            raise TooMuch(_TOO_MUCH.format("The files of these days are too large"))
        paths = cache.fetch(known)
        try:
            found = _look(look, kind.schema, [*paths.values(), *now.values()])
        except EngineError:
            readable = _readable(known, paths)
            if len(readable) == len(paths):
                raise
            paths = readable
            found = _look(look, kind.schema, [*paths.values(), *now.values()])
    outdated = {state.date for state in states if not state.is_current}
    whole = {row.date for row in known if row.name in paths} - outdated
    late = [row.read_at for row in known if row.date in outdated]
    is_complete = all(state.date in whole or state.date in now for state in states)
    return Read(min([started, *late]), is_complete, found)


def _states(kind: RecordKind, query: Query) -> list[DayState]:
    if query.date:
        return files.states(kind.name, query.date, query.date)
    return files.states(kind.name, query.date_from, query.date_to)


def _read_now(kind: RecordKind, states: list[DayState], folder: Path) -> dict[str, Path]:
    """Files of those days that are not current, by date, if all of these have few records. They
    have what the table has now, and are for this answer alone: workers build those that stay."""
    outdated = [state for state in states if not state.is_current]
    if sum(max(state.count, 0) for state in outdated) > _READ_AT_ONCE:
        return {}
    deadline = Deadline(_READ_SECONDS)
    found = {}
    for state in outdated:
        day = files.day_now(kind.name, state.date)
        place = folder / state.date
        if day is None or deadline.passed:
            continue
        try:
            place.mkdir()
            found[state.date], _ = building.write_file(kind, day, place, deadline)
        except (building.OutOfTime, EngineError, ServiceError, OSError) as error:
            log.info("a day is not read", kind=kind.name, date=state.date, error=str(error))
    return found


def _readable(known: list[ColumnFile], paths: dict[str, Path]) -> dict[str, Path]:
    """Those files that can be read; the others are built again."""
    found = {}
    for row in (one for one in known if one.name in paths):
        path = paths[row.name]
        try:
            with engine(path.parent, settings.COLUMNS_SECONDS) as duckdb:
                [(count,)] = duckdb.rows(f"SELECT count(*) FROM (SELECT * FROM '{path}')")  # noqa: S608
            is_whole = count == row.records
        except (TooLong, TooLarge):
            is_whole = True
        except EngineError:
            is_whole = False
        if is_whole:
            found[row.name] = path
        else:
            log.warning("a file of columns cannot be read", kind=row.kind, date=row.date)
            path.unlink(missing_ok=True)
            files.forget(row.kind, row.date, row.name)
    return found


def _look(look: Callable[[Engine], Found], schema: Schema, paths: list[Path]) -> Found:
    try:
        with engine(cache.folder(), settings.COLUMNS_SECONDS) as duckdb:
            duckdb.run(statements.view(schema, paths).text)
            return look(duckdb)
    except TooLong as error:
        sentence = f"It takes longer than {settings.COLUMNS_SECONDS} seconds"
        raise TooMuch(_TOO_MUCH.format(sentence)) from error
    except TooLarge as error:
        raise TooMuch(_TOO_MUCH.format("It takes too much memory")) from error


def _asked(duckdb: Engine, question: Question, schema: Schema) -> list[Group]:
    wanted = statements.groups(question, schema, MAX_GROUPS + 1)
    found = duckdb.rows(wanted.text, wanted.values)
    if len(found) > MAX_GROUPS:
        raise TooMuch(f"There are more than {MAX_GROUPS:,} groups: filter more")
    points: dict[str | None, list[Point]] = defaultdict(list)
    if question.bucket:
        wanted = statements.series(question, schema, MAX_POINTS + 1)
        for name, start, *numbers in (all_ := duckdb.rows(wanted.text, wanted.values)):
            points[name].append(Point(datetime.fromtimestamp(start, UTC), *numbers))
        if len(all_) > MAX_POINTS:
            raise TooMuch(f"There are more than {MAX_POINTS:,} points: take a longer bucket")
    return [replace(Group(*one), series=points[one[0]]) for one in found]
