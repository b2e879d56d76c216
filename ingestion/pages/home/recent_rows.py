"""How many rows came in lately, by the UTC day on which their file arrived."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate

from ingestion.models import Import
from ingestion.presentation.dates import start_of_day

DAYS = 30


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The files of one day, and what became of their rows so far."""

    day: date
    files: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    outdated: int = 0

    @property
    def rows(self) -> int:
        return self.stored + self.unchanged + self.rejected + self.outdated


def latest(today: date) -> list[Arrivals]:
    """The last ``DAYS`` days up to today, those without files too, the oldest first."""
    first = today - timedelta(days=DAYS - 1)
    found = (
        Import.objects.filter(created_at__gte=start_of_day(first), dry_run=False)
        .annotate(day=TruncDate("created_at", tzinfo=UTC))
        .order_by()
        .values("day")
        .annotate(
            files=Count("pk"),
            stored=Sum(F("written") + F("kept") + F("replaced")),
            same=Sum("unchanged"),
            wrong=Sum("rejected"),
            late=Sum("outdated"),
        )
    )
    by_day = {
        one["day"]: Arrivals(
            one["day"], one["files"], one["stored"], one["same"], one["wrong"], one["late"]
        )
        for one in found
    }
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [by_day.get(day, Arrivals(day)) for day in days]
