from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.digits import from_digits
from common.errors import NotFound, ServiceError
from messages_app.kinds import registry
from messages_app.kinds.spreading import moving
from messages_app.store.partitions.partitioning import MOST_PARTITIONS


class Command(BaseCommand):
    help = (
        "Gives the days of a kind so many partition keys, and moves its records there while it is"
        " used. Stopped in between, it continues when it is run again."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="its name; messages is the built-in one")
        parser.add_argument("partitions", type=_count, help=f"1 to {MOST_PARTITIONS}")
        parser.add_argument(
            "--grace",
            type=float,
            metavar="SECONDS",
            help="until writes change over, by default longer than any task takes; 0 where no"
            " other process runs",
        )
        parser.add_argument(
            "--from",
            type=_count,
            default=0,
            dest="before",
            metavar="PARTITIONS",
            help="where the records are, when an older table was restored",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kind = registry.find(options["kind"])
            moved = moving.move_to(
                kind,
                options["partitions"],
                self.stdout.write,
                options["grace"],
                options["before"],
            )
        except (NotFound, ServiceError, moving.SpreadRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{kind.name}: {options['partitions']} a day, {moved:,} records moved")


def _count(text: str) -> int:
    number = from_digits(text, MOST_PARTITIONS, 1)
    if number is None:
        raise ArgumentTypeError(f"must be a number from 1 to {MOST_PARTITIONS}")
    return number
