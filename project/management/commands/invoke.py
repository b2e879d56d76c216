import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from project.local.invoke import sample
from project.local.invoke.answer import NotInvoked


class Command(BaseCommand):
    help = (
        "Sends one of the serverless demo's sample events (of API Gateway, S3 or SQS) to the"
        " running stack, and prints status code and body."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "event", type=Path, help="such as sample_data/events/event_getMessage.json"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            response = sample.invoke(sample.read(options["event"]), os.environ)
        except (NotInvoked, ServiceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(response.line)
