"""What an import says of its moments once it has ended: those in the future, and those far from all
others of the table. They are stored, and yet may be wrong (a clock, a year, a unit of time).

It is worked out of counts by date, never of rows.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from django.utils import timezone

from common.pages.text import counted
from ingestion.models import Import
from messages_app.store import day_index

FUTURE_MOMENTS = "future_moments"
DISTANT_MOMENTS = "distant_moments"
# A moment is far from another one that lies more days away.
FAR_DAYS = 366


def renew(import_: Import) -> None:
    """Work out an ended import's notices and keep them with it."""
    new = import_.new_by_date()
    if not new:
        return
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    future = {day for day in new if day > tomorrow}
    distant = _distant(sorted(new), day_index.dates_besides(new, import_.kind))
    notices = [
        *_notice(FUTURE_MOMENTS, "later than tomorrow (UTC)", future, new),
        *_notice(
            DISTANT_MOMENTS,
            f"more than {FAR_DAYS} days from every record that other imports and people made",
            distant,
            new,
        ),
    ]
    Import.objects.filter(pk=import_.pk).exclude(notices=notices).update(notices=notices)


def _notice(
    code: str, where: str, dates: Collection[str], new: Mapping[str, int]
) -> list[dict[str, str]]:
    if not dates:
        return []
    first, last = min(dates), max(dates)
    count = sum(new[day] for day in dates)
    lie = "lies" if count == 1 else "lie"
    span = f"on {first}" if first == last else f"from {first} to {last}"
    detail = (
        f"{count:,} of its {counted(sum(new.values()), 'new record')} {lie} {where}, {span}."
        " See whether the file's times are right."
    )
    return [{"code": code, "detail": detail}]


def _distant(own: Sequence[str], others: Sequence[str]) -> set[str]:
    """Which of its dates are far from all others, both in order; none where there are no others."""
    if not others:
        return set()
    days = [_number(other) for other in others]
    return {day for day in own if _gap(_number(day), days) > FAR_DAYS}


def _number(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _gap(day: int, days: Sequence[int]) -> int:
    """To the nearest of the days, which are in order."""
    place = bisect_left(days, day)
    return min(abs(day - other) for other in days[max(0, place - 1) : place + 1])
