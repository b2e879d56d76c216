from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from common.aws.clients import dynamodb_client
from common.errors import ServiceError
from common.provision.outcome import Provisioned
from common.provision.readiness import patience
from ingestion.aws.provision import provision
from messages_app.kinds import registry
from messages_app.kinds.record_kind import table_of
from messages_app.store.expiring import retention
from messages_app.store.provision import (
    provision_expiry,
    provision_recovery,
    provision_table,
)


class Command(BaseCommand):
    help = "Makes bucket, queues and tables on the configured AWS, or corrects them."
    requires_system_checks = ()  # of pages and models

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for outcome in chain(provision(), _tables_of_kinds()):
                self.stdout.write(str(outcome))
        except ServiceError as error:
            raise CommandError(str(error)) from error


def _tables_of_kinds() -> Iterator[Provisioned]:
    """Of the kinds that the database knows, and what expires; a database that is yet to be
    migrated has none."""
    try:
        names, expiring = registry.names(), list(retention.days_by_kind())
    except (OperationalError, ProgrammingError):
        return
    for name in names:
        table = table_of(name)
        yield provision_table(table)
        yield provision_recovery(table, dynamodb_client(), patience())
    for name in expiring:
        yield provision_expiry(table_of(name), is_on=True)
