from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from messages_app.kinds import registry
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.store import day_index
from messages_app.store.partitions import spread


class Command(BaseCommand):
    help = (
        "Counts the records of each day in the tables, which are read whole, and corrects the"
        " register of days. Run it while nothing writes."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when days are registered"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Day.objects.exists():
            return
        for name in [BUILTIN.name, *registry.names()]:
            partitioning = spread.partitioning_of(name)
            if partitioning.before:
                raise CommandError(
                    f"The records of {name} move. Let that end first: run manage.py spread {name}"
                    f" {partitioning.count}."
                )
            try:
                counts = registry.find(name).repository.count_by_date()
            except ServiceError as error:
                raise CommandError(str(error)) from error
            day_index.replace(counts, name)
            of_kind = "" if name == BUILTIN.name else f" of {name}"
            self.stdout.write(f"{sum(counts.values())} records{of_kind} on {len(counts)} days")
