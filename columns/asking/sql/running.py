"""Runs a statement over the kinds that a user may see: their files are fetched, of the days that
the statement can need, and a worker reads them as tables by the names of the kinds."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from audit.actor import STATEMENT_KIND, Actor
from columns import files
from columns.asking import cache, statements
from columns.asking.days import Days, opened
from columns.asking.question import TooMuch
from columns.asking.sql.process import LESS, MAX_BYTES, NotRun, Process, started
from columns.asking.sql.pruning import Condition, lets_through
from columns.engine import NOT_NOW, EngineError
from messages_app.kinds import registry
from messages_app.kinds.access import viewable
from messages_app.kinds.record_kind import RecordKind

FORMATS = ("json", "csv", "parquet")
# So many statements are run at once on a machine: each has memory of its own.
_AT_ONCE = 2
_LONGEST_KIND = 40


class Busy(Exception):
    """Others run statements just now."""


@dataclass(frozen=True)
class Result:
    """The result of a statement, as a file that is open and has no name any more. ``as_of`` and
    ``is_complete`` are those of the records that it was made of."""

    as_of: datetime
    is_complete: bool
    file: BinaryIO


def run(actor: Actor, statement: str, format_: str, max_rows: int) -> Result:
    """Run a statement for somebody, and write down who ran what. In JSON the result has at most so
    many rows. Raises NotRun, Busy, and OSError where the disk fails."""
    try:
        result = _run(actor.user, statement, format_, max_rows)
    except NotRun as error:
        _note(actor, statement, str(error))
        raise
    _note(actor, statement, "run")
    return result


def _note(actor: Actor, statement: str, outcome: str) -> None:
    actor.log("ran a statement", STATEMENT_KIND, "", statement=statement, outcome=outcome)


def _run(user: Any, statement: str, format_: str, max_rows: int) -> Result:
    with ExitStack() as stack:
        stack.enter_context(_slot())
        process, found = stack.enter_context(started(statement))
        kinds = _kinds(user, found)
        days = {
            name: stack.enter_context(_days(kind, found["tables"][name]))
            for name, kind in kinds.items()
        }
        _check_size(list(days.values()))
        place = TemporaryDirectory(prefix=cache.READ_NOW, dir=cache.folder())
        out = Path(stack.enter_context(place)) / f"result.{format_}"
        order = {"format": format_, "out": str(out), "rows": max_rows, "bytes": MAX_BYTES}
        try:
            _ask(process, kinds, days, order)
        except EngineError:
            # Each is to be looked at: no "any" that ends at the first.
            if not max([one.leave_out_unreadable() for one in days.values()], default=False):
                raise NotRun(NOT_NOW) from None
            again, _ = stack.enter_context(started(statement))
            _ask(again, kinds, days, order)
        return Result(
            min([timezone.now(), *(one.as_of for one in days.values())]),
            all(one.is_complete for one in days.values()),
            out.open("rb"),
        )


def _ask(
    process: Process, kinds: dict[str, RecordKind], days: dict[str, Days], order: dict[str, Any]
) -> None:
    views = [
        statements.view(kind.schema, days[name].paths, name).text for name, kind in kinds.items()
    ]
    paths = [str(path) for one in days.values() for path in one.paths]
    process.ask(order | {"views": views, "paths": paths}, settings.COLUMNS_SQL_SECONDS)


def _kinds(user: Any, found: dict[str, Any]) -> dict[str, RecordKind]:
    """Those that a statement names. A part of WITH may be called as a kind that is not to be seen:
    then it is not the kind that is meant."""
    named = set(found["tables"])
    seen = viewable(user, {name for name in named if len(name) <= _LONGEST_KIND})
    kinds = registry.named(seen)
    for name in sorted(named - set(found["own"]) - set(kinds)):
        known = sorted(registry.named(viewable(user, [one for one, _ in registry.labels()])))
        listed = ", ".join(known[:20]) or "none"
        raise NotRun(f"There is no kind “{name[:60]}” that you may see. There are: {listed}")
    return kinds


@contextmanager
def _days(kind: RecordKind, uses: list[list[Condition]]) -> Iterator[Days]:
    """The days of a kind that one of the places where it is named can need."""
    states = [
        state
        for state in files.states(kind.name)
        if any(all(lets_through(one, state.date) for one in conditions) for conditions in uses)
        or not uses
    ]
    try:
        with opened(kind, states) as days:
            yield days
    except TooMuch:
        raise NotRun(_too_many(len(states))) from None


def _check_size(days: list[Days]) -> None:
    if sum(row.bytes for one in days for row in one.known) > cache.limit():
        raise NotRun(_too_many(sum(len(one.states) for one in days)))


def _too_many(count: int) -> str:
    limit = settings.COLUMNS_CACHE_MB
    return f"The files of {count:,} days are larger than {limit:,} MB together. {LESS}"


@contextmanager
def _slot() -> Iterator[None]:
    """A place among those that run at once on this machine; a process that dies leaves its own."""
    for number in range(_AT_ONCE):
        with (cache.folder() / f"statement-{number}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield
            return
    raise Busy
