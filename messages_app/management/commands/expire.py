from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from messages_app.kinds.expiring import work
from messages_app.models import Retention


class Command(BaseCommand):
    help = (
        "Marks the records of kinds whose retention changed, and deletes expired ones, now: the"
        " listener does the same little by little. Stopped, it continues with what is left."
    )
    requires_system_checks = WITHOUT_PAGES

    def handle(self, *args: Any, **options: Any) -> None:
        for row in Retention.objects.order_by("kind"):
            try:
                self._finish(row)
            except ServiceError as error:
                raise CommandError(
                    f"{error}. Run it again: it continues with what is left."
                ) from error
            kept = "for ever" if row.days is None else f"for {row.days:,} days"
            self.stdout.write(f"{row.kind}: kept {kept}; nothing is left to do")

    def _finish(self, row: Retention) -> None:
        same = Retention.objects.filter(pk=row.pk, days=row.days)
        while work.do_some(row):
            same.update(**work.progress_of(row))
        if row.days is None:
            same.delete()
