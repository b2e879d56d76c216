from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from ingestion.management.moments import EXAMPLE, moment
from ingestion.running import recovery
from ingestion.running.tasks import CeleryQueue


class Command(BaseCommand):
    help = "Imports again what table and queues lost since a moment, such as that of a backup."
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, required=True, help=f"ISO 8601, such as {EXAMPLE}"
        )

        parser.add_argument(
            "--queues",
            action="store_true",
            help="only the queues lost something, the table did not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        recover = recovery.recover_queues if options["queues"] else recovery.recover
        try:
            again, found = recover(options["since"], CeleryQueue())
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{again} imports queued again, {found} objects found without an import")
