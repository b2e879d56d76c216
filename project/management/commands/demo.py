from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from common.pages.text import counted
from messages_app.kinds.making import KindRefused
from project.local.demo import filling
from project.local.demo.filling import NotPossible


class Command(BaseCommand):
    help = "Fills an empty stack with a month of made-up readings, or removes these."
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take all of it away")
        parser.add_argument(
            "--until", type=date.fromisoformat, help="the last day of the month (yesterday)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                records, imports = filling.remove()
                gone = f"{counted(records, 'record')} of {counted(imports, 'import')}"
                self.stdout.write(f"The demonstration is gone: {gone}.")
            elif filling.is_there():
                self.stdout.write("The demonstration is there already.")
            else:
                filling.fill(options["until"])
                for line in filling.said():
                    self.stdout.write(line)
        except (NotPossible, KindRefused, ServiceError) as error:
            raise CommandError(str(error)) from error
