from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import ServiceError
from ingestion.running.recovery import recover
from ingestion.running.tasks import CeleryQueue


class Command(BaseCommand):
    help = "Imports again what the table lost since a moment, such as that of its last snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, help="ISO 8601, such as 2026-01-31T12:00:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = datetime.fromisoformat(options["since"])
        except ValueError:
            raise CommandError("--since must be ISO 8601, such as 2026-01-31T12:00:00Z") from None
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        try:
            again, found = recover(since, CeleryQueue())
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{again} imports queued again, {found} objects found without an import")
