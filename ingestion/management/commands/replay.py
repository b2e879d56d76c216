from argparse import ArgumentParser
from contextlib import suppress
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from common.pages.text import counted
from ingestion.management.moments import EXAMPLE, moment
from ingestion.running import lifecycle
from ingestion.running.ended.deletion import WasDeleted
from ingestion.running.tasks import CeleryQueue
from ingestion.running.unannounced import search
from ingestion.running.unannounced.search import Scope


class Command(BaseCommand):
    help = "Finds files in the bucket that have no import, and starts one for each."
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prefix", required=True, help="what keys begin with; '' for any key")
        parser.add_argument(
            "--since",
            type=moment,
            help=f"only objects written since that moment, such as {EXAMPLE}",
        )
        parser.add_argument("--dry-run", action="store_true", help="only name the files")
        parser.add_argument(
            "--limit", type=int, default=10_000, help="at most so many files (%(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = search.files(Scope(options["prefix"], options["since"]))
        is_dry, limit, count = options["dry_run"], options["limit"], 0
        if limit < 1:
            raise CommandError("--limit must be 1 or more")
        queue = CeleryQueue()
        try:
            for count, stored in enumerate(islice(found, limit), start=1):  # noqa: B007 - counts
                self.stdout.write(stored.key)
                if not is_dry:
                    with suppress(WasDeleted):  # since it was found
                        lifecycle.start(stored, queue)
        except ServiceError as error:
            raise CommandError(f"{error}. Run it again: it continues with what is left.") from error
        done = "found without an import" if is_dry else "now imported"
        self.stdout.write(f"{counted(count, 'file')} {done}")
        if count == limit:
            self.stdout.write("There may be more: run it again, or give a higher --limit.")
