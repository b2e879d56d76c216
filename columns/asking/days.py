"""The files that have the records of some days: those that workers built, and, of days that changed
since, ones that are read from the table for one answer, where that takes little time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import structlog
from django.conf import settings
from django.utils import timezone

from columns import building, files
from columns.asking import cache
from columns.asking.cache import Away
from columns.asking.question import TooMuch
from columns.engine import EngineError, TooLong, TooMuchMemory, engine
from columns.files import DayState
from columns.models import ColumnFile
from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.kinds.record_kind import RecordKind
from messages_app.store.query import Query

log = structlog.get_logger(__name__)
Found = TypeVar("Found")

# Whoever asks waits for so many records to be read from the table.
READ_AT_ONCE = 120_000


@dataclass
class Days:
    """``states`` of the days that are asked about; the files of a worker (``known``), copies of
    them by name, and those that were ``read`` from the table just now, by date."""

    started: datetime
    states: list[DayState]
    known: list[ColumnFile]
    copies: dict[str, Path]
    read: dict[str, Path]

    @property
    def paths(self) -> list[Path]:
        """Of all that can be read, in the order of the days."""
        by_date = {row.date: self.copies[row.name] for row in self.known if row.name in self.copies}
        return [path for _, path in sorted({**by_date, **self.read}.items())]

    @property
    def is_complete(self) -> bool:
        """Whether they have all that the table has."""
        whole = {row.date for row in self.known if row.name in self.copies} - self._outdated
        return all(state.date in whole or state.date in self.read for state in self.states)

    @property
    def as_of(self) -> datetime:
        """The moment whose table they have."""
        late = [row.read_at for row in self.known if row.date in self._outdated]
        return min([self.started, *late])

    def used(self, work: Callable[[list[Path]], Found]) -> Found:
        """What is found in the files; those that cannot be read are left out and built again.
        Raises EngineError where that does not help."""
        try:
            return work(self.paths)
        except (TooLong, TooMuchMemory):
            raise
        except EngineError:
            if not self.leave_out_unreadable():
                raise
            return work(self.paths)

    def leave_out_unreadable(self) -> bool:
        """Leave out copies that cannot be read. Whether there were any."""
        before, self.copies = self.copies, _readable(self.known, self.copies)
        return len(self.copies) < len(before)

    @property
    def _outdated(self) -> set[str]:
        return {state.date for state in self.states if not state.is_current}


def states_of(kind: RecordKind, query: Query) -> list[DayState]:
    """The days that a query asks about."""
    if query.is_empty():
        return []
    if query.date:
        return files.states(kind.name, query.date, query.date)
    return files.states(kind.name, query.date_from, query.date_to)


@contextmanager
def opened(kind: RecordKind, states: list[DayState], away: Away | None = None) -> Iterator[Days]:
    """The files of these days, for as long as they are used. Raises TooMuch, and OSError where the
    disk fails. ``away`` goes with all that is read for one question."""
    started, away = timezone.now(), away or Away()
    with TemporaryDirectory(prefix=cache.READ_NOW, dir=cache.folder()) as folder:
        read = _read_now(kind, states, Path(folder), away)
        known = [one.file for one in states if one.file is not None and one.date not in read]
        if sum(row.bytes for row in known) > cache.limit():
            raise TooMuch(
                "The files of these days are too large: ask for fewer days, or filter more"
            )
        yield Days(started, states, known, cache.fetch(known, read.values(), away), read)


def _read_now(
    kind: RecordKind, states: list[DayState], folder: Path, away: Away
) -> dict[str, Path]:
    """Files of those days that are not current, by date, if few records have to be read for them
    all. They have what the table has now, and are for this machine alone: workers build those that
    stay."""
    outdated = {one.date: one for one in states if not one.is_current}
    known = files.days_now(kind.name, outdated) if outdated else {}
    found = {date: path for date, day in known.items() if (path := cache.of_day(day))}
    waiting = [day for date, day in known.items() if date not in found]
    if away.is_away or sum(max(outdated[day.date].count, 0) for day in waiting) > READ_AT_ONCE:
        return found
    try:
        deadline = Deadline(settings.COLUMNS_READ_SECONDS)
        for day, path, _ in building.write_files(kind, waiting, folder, deadline):
            found[day.date] = cache.keep_day(day, path) if day.is_quiet else path
    except (building.OutOfTime, EngineError, ServiceError, OSError) as error:
        if isinstance(error, ServiceError):
            away.is_away = True
        log.info("days are not read", kind=kind.name, error=str(error))
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
        except (TooLong, TooMuchMemory):
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
