from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import ServiceError
from ingestion.aws.provision import provision


class Command(BaseCommand):
    help = "Makes bucket, queues and table on the configured AWS, or puts them right."
    requires_system_checks = ()  # of pages and models

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for outcome in provision():
                self.stdout.write(str(outcome))
        except ServiceError as error:
            raise CommandError(str(error)) from error
