from argparse import ArgumentParser
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.management.base import BaseCommand, CommandError

from common.errors import ServiceError
from project.benchmarks import large_day, pages, reads, writes
from project.benchmarks.reads import Times
from project.benchmarks.writes import WriteCost

_ROUNDS = 300
_ROUNDS_OF_PAGES = 20


class Command(BaseCommand):
    help = (
        "Measures what a row costs, beside the ancestor's way of writing it, and what reading"
        " through the API costs, beside the plain DynamoDB calls. The same for the pages, with what"
        " there is at the moment."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=20_000, help="20,000 by default")
        parser.add_argument(
            "--day",
            type=int,
            help="measure only a day of so many records, such as 100000",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["day"] is not None:
            self._measure_day(options["day"])
            return
        if not 100 <= options["rows"] <= 1_000_000:
            raise CommandError("--rows must be from 100 to 1,000,000.")
        try:
            ours, theirs = writes.compare(options["rows"])
            page, one = reads.compare(_ROUNDS)
            times_of_pages = pages.compare(_ROUNDS_OF_PAGES)
        except (ClientError, BotoCoreError, ServiceError) as error:
            raise CommandError(f"AWS does not do what the benchmark needs: {error}") from error
        self.stdout.write(f"{'':22}{'Sluice':>12}{'a row a time':>14}{'ratio':>8}")
        self._line("rows a second", _rate(ours), _rate(theirs), _rate(ours) / _rate(theirs))
        self._line("client CPU, µs a row", _cpu(ours), _cpu(theirs), _cpu(theirs) / _cpu(ours))
        self._line("requests, 1,000 rows", _sent(ours), _sent(theirs), _sent(theirs) / _sent(ours))

        self.stdout.write(f"\n{'':22}{'the API':>12}{'plain boto3':>14}{'ratio':>8}")
        self._times(f"page of {reads.PAGE_SIZE}, ms", page)
        self._times("single record, ms", one)

        self.stdout.write(f"\n{'':22}{'the page':>12}{'calls beneath':>14}{'ratio':>8}")
        for name, times in times_of_pages.items():
            self._times(f"{name}, ms", times)

    def _measure_day(self, records: int) -> None:
        if not 100 <= records <= 500_000:
            raise CommandError("--day must be from 100 to 500,000.")
        try:
            figures = large_day.measure(records, _ROUNDS_OF_PAGES)
        except (ClientError, BotoCoreError, ServiceError) as error:
            raise CommandError(f"AWS does not do what the benchmark needs: {error}") from error
        for figure in figures:
            self.stdout.write(f"{figure.name:26}{figure.value:12,.1f}")

    def _times(self, name: str, times: Times) -> None:
        ratio = times.api / times.beneath
        self.stdout.write(f"{name:22}{times.api:12.1f}{times.beneath:14.1f}{ratio:7.1f}x")

    def _line(self, name: str, ours: float, theirs: float, ratio: float) -> None:
        self.stdout.write(f"{name:22}{ours:12,.0f}{theirs:14,.0f}{ratio:7.1f}x")


def _rate(cost: WriteCost) -> float:
    return cost.rows / cost.seconds


def _cpu(cost: WriteCost) -> float:
    return 1e6 * cost.cpu_seconds / cost.rows


def _sent(cost: WriteCost) -> float:
    return 1000 * cost.requests / cost.rows
