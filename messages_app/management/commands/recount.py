from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import ServiceError
from messages_app.models import Day
from messages_app.store import day_index
from messages_app.store.repository import message_repository


class Command(BaseCommand):
    help = (
        "Counts the records of each day in the table, which is read whole, and corrects the"
        " register of days. Run it while nothing writes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when days are registered"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Day.objects.exists():
            return
        try:
            counts = message_repository().count_by_date()
        except ServiceError as error:
            raise CommandError(str(error)) from error
        day_index.replace(counts)
        self.stdout.write(f"{sum(counts.values())} records on {len(counts)} days")
