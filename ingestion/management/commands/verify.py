from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Import
from ingestion.running.ended.verifying import account, work
from ingestion.running.ended.verifying.models import Verification

_SENTENCES = {
    "gone": "its record is gone",
    "edited": "its record was edited",
    "replaced": "its record was replaced",
    "different": "a different record has its key",
}


class Command(BaseCommand):
    help = (
        "Says whether the table still has what an import's receipt says, line by line where it"
        " differs. Ends with exit code 1 when something does."
    )
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=UUID, help="of the import")

    def handle(self, *args: Any, **options: Any) -> None:
        import_ = Import.objects.filter(pk=options["id"]).first()
        if import_ is None:
            raise CommandError("This import does not exist.")
        verification = _verified(import_)
        for one in verification.lines:
            self.stdout.write(_line(one))
        more = verification.differing - len(verification.lines)
        if more:
            self.stdout.write(f"and {more:,} more lines")
        counts = ", ".join(f"{count:,} {name}" for name, count in verification.counts.items())
        if not verification.is_equal:
            raise CommandError(f"The table differs from the receipt: {counts}.", returncode=1)
        self.stdout.write(f"The table has what the receipt says: {counts}.")


def _verified(import_: Import) -> Verification:
    """Raises CommandError."""
    try:
        verification = account.begin(import_, None, None)
        is_at_end = False
        while not is_at_end:
            deadline = Deadline(settings.TASK_SECONDS)
            is_at_end = work.run(verification, deadline, deadline)
    except account.NotVerifiable as why:
        raise CommandError(why.detail) from why
    except ServiceError as error:
        account.cancel(import_)
        raise CommandError(str(error)) from error
    verification.refresh_from_db()
    if verification.state != "done":
        raise CommandError(verification.error_detail or f"It was {verification.state}.")
    return verification


def _line(one: dict[str, Any]) -> str:
    by = one["by"]
    other = f", by line {by['line']} of import {by['import']}" if by else ""
    sentence = _SENTENCES[one["code"]]
    return f"line {one['line']}: {one['date']} {one['time']}: {sentence}{other}"
