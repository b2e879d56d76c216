from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from common.checks import WITHOUT_PAGES


class Command(BaseCommand):
    help = (
        "What bin/up needs of the database before its processes start: the accounts, and the"
        " register of days. One process, as starting one takes longer than either."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--directory", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("local_accounts", "--directory", options["directory"])
        call_command("recount", "--if-empty")
