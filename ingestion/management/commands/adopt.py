import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import simplejson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.aws import s3
from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from common.pages.text import counted
from ingestion.aws.object_keys import OWN_PREFIX
from messages_app.legacy.table import adoption
from messages_app.legacy.table.adoption import Adopted
from messages_app.legacy.table.items import key_of
from messages_app.store.items import Item

_SENTENCES = {
    "whole": "complete already",
    "completed": "completed",
    "aside": "set aside",
    "copied": "copied",
    "there": "there already",
    "beside": "copied beside a different record of the same date and time",
    "changed": "changed by somebody else during the run",
    "unreadable": "cannot be records",
}
_TOLD_EACH = 10_000


class Command(BaseCommand):
    help = (
        "Takes over the table of the service that Sluice replaces: MESSAGES_TABLE itself, while"
        " nothing else writes to it, or with --from another one, which is copied and stays as it"
        " is. Stopped, or run again, it continues with what is left."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="table", help="the table to copy; needs dynamodb:Scan")
        parser.add_argument(
            "--set-aside",
            action="store_true",
            help=f"move what cannot be a record to {OWN_PREFIX}adopted/ in the bucket",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        table, is_set_aside = options["table"], options["set_aside"]
        if table == settings.MESSAGES_TABLE:
            raise CommandError("--from names MESSAGES_TABLE itself: leave --from out.")
        if table and is_set_aside:
            raise CommandError(
                "--from changes nothing in the table that it copies: leave --set-aside out."
            )
        steps = adoption.copy(table) if table else adoption.adopt(_put if is_set_aside else None)
        try:
            adopted = self._told(steps)
        except ServiceError as error:
            raise CommandError(f"{error}. Run it again: it continues with what is left.") from error
        for name, sentence in _SENTENCES.items():
            if count := adopted.counts[name]:
                self.stdout.write(f"{counted(count, 'item')} {sentence}")
        for line in adopted.unreadable:
            self.stdout.write(f"  {line}")
        if not adopted.is_done:
            raise CommandError(_what_to_do(adopted, is_copy=bool(table)))

    def _told(self, steps: Iterator[Adopted]) -> Adopted:
        """The last of the steps; says now and then how far it is."""
        adopted, last_told = Adopted(), 0
        for adopted in steps:
            done = adopted.counts.total()
            if done >= last_told + _TOLD_EACH:
                last_told = done
                self.stdout.write(f"{counted(done, 'item')} so far")
        return adopted


def _what_to_do(adopted: Adopted, *, is_copy: bool) -> str:
    if not adopted.counts["unreadable"]:
        return "Some items changed during the run. Stop what writes to the table, and run it again."
    if is_copy:
        return (
            "Items that are not valid records were not copied. Correct them in their table, "
            "and run it again."
        )
    return (
        "Pages of the days above fail until each item is a valid record: correct the items, "
        "or move them away with --set-aside, and run it again."
    )


def _put(item: Item) -> None:
    """Keep an item as JSON, under a key that is the same each time."""
    content = simplejson.dumps(item, default=_as_text, sort_keys=True).encode()
    date, time = (quote(one[:40], safe=":") for one in key_of(item))
    name = f"{date}/{time}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    key = f"{OWN_PREFIX}adopted/{settings.MESSAGES_TABLE}/{name}"
    s3.put(settings.DATA_BUCKET, key, content, "application/json")


def _as_text(value: object) -> str:
    """DynamoDB's binary values, which JSON has no place for."""
    return value.hex() if isinstance(value, bytes) else str(value)
