from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from columns import building, files
from columns.checking import compare_day
from columns.engine import EngineError
from common.checks import WITHOUT_PAGES
from common.deadline import Deadline
from common.errors import NotFound, ServiceError
from messages_app.kinds import registry
from messages_app.kinds.record_kind import RecordKind

# Nobody waits: a day may take long.
_SECONDS = 6 * 3600


class Command(BaseCommand):
    help = (
        "Builds the columns of a kind's days again, or compares them with the table. Ends with"
        " exit code 1"
        " when a file that should match the table does not."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--rebuild", metavar="KIND", help="build the files of all its days")
        what.add_argument("--check", metavar="KIND", help="compare its files with the table")
        parser.add_argument("--date", default="", help="of this UTC date only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kind = registry.find(options["rebuild"] or options["check"])
            work = self._rebuild if options["rebuild"] else self._check
            work(kind, options["date"])
        except (NotFound, ServiceError, EngineError, building.OutOfTime) as error:
            raise CommandError(str(error)) from error

    def _rebuild(self, kind: RecordKind, date: str) -> None:
        files.forget_gone(kind.name)
        states = files.states(kind.name, date, date)
        for state in states:
            building.build(kind, state.date, Deadline(_SECONDS))
        self.stdout.write(f"{len(states):,} days of {kind.name} built")

    def _check(self, kind: RecordKind, date: str) -> None:
        wrong = outdated = 0
        states = files.states(kind.name, date, date)
        for state in states:
            found = compare_day(kind, state) if state.is_current else None
            # What was written meanwhile is no fault of the file.
            if found is None or not _is_current(kind, state):
                outdated += 1
            elif not found.is_equal:
                wrong += 1
                self.stdout.write(
                    f"{state.date}: {found.missing:,} records missing, {found.extra:,} too many,"
                    f" {found.different:,} different"
                )
        summary = f"{len(states):,} days of {kind.name}, {outdated:,} not built or changed since"
        if wrong:
            raise CommandError(f"{summary}, {wrong:,} wrong", returncode=1)
        self.stdout.write(f"{summary}, none wrong")


def _is_current(kind: RecordKind, before: files.DayState) -> bool:
    [now] = files.states(kind.name, before.date, before.date) or [before]
    return now.is_current and now.file == before.file
