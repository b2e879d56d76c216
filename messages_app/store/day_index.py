"""The register of days: which UTC dates have records of a kind, and how many.

DynamoDB has no order of partitions, and cannot tell which there are without a scan. A date is
registered before the first record of it is written, so that no record is ever out of reach; the
count is added to once it is known. Registering a date marks it as changed too
(messages_app/store/noted/marks.py).
"""

from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import Case, F, QuerySet, When

from messages_app.models import Day
from messages_app.schema.schema import MESSAGES
from messages_app.store.expiring import retention
from messages_app.store.expiring.moments import first_kept
from messages_app.store.noted import open_writes
from messages_app.store.noted.marks import marked, of_dates

_DATES_A_STATEMENT = 500


def shown() -> QuerySet[Day]:
    """The days whose records have not expired."""
    found = Day.objects.all()
    for kind, days in retention.days_by_kind().items():
        found = found.exclude(kind=kind, date__lt=first_kept(days))
    return found


def register(dates: Iterable[str], kind: str = MESSAGES) -> None:
    """Make sure that these dates are known, and mark them as changed."""
    days = [Day(kind=kind, date=date, **marked()) for date in sorted(set(dates))]
    Day.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["kind", "date"],
        update_fields=list(marked()),
    )


def add(counts: Mapping[str, int], kind: str = MESSAGES) -> None:
    """Add so many records to each of these dates, which are registered; fewer are negative."""
    steps = sorted((date, step) for date, step in counts.items() if step)
    for start in range(0, len(steps), _DATES_A_STATEMENT):
        some = dict(steps[start : start + _DATES_A_STATEMENT])
        gain = Case(*(When(date=date, then=step) for date, step in some.items()), default=0)
        with transaction.atomic(savepoint=False):
            of_dates(some, kind).update(count=F("count") + gain)


def dates_besides(counts: Mapping[str, int], kind: str = MESSAGES) -> list[str]:
    """The dates, in order, that have more records than so many of each."""
    days = shown().filter(kind=kind, count__gt=0)
    found = days.order_by("date").values_list("date", "count")
    return [date for date, count in found.iterator() if count > counts.get(date, 0)]


def between(first: str, last: str, *, newest_first: bool, kind: str = MESSAGES) -> Iterator[str]:
    """The registered dates from ``first`` to ``last``, both included; '' leaves an end open."""
    order, beyond = ("-date", "date__lt") if newest_first else ("date", "date__gt")
    found = shown().filter(kind=kind).order_by(order)
    found = found.filter(date__gte=first) if first else found
    found = found.filter(date__lte=last) if last else found
    after = ""
    while True:
        rest = found.filter(**{beyond: after}) if after else found
        dates = list(rest.values_list("date", flat=True)[:_DATES_A_STATEMENT])
        yield from dates
        if len(dates) < _DATES_A_STATEMENT:
            return
        after = dates[-1]


def replace(counts: Mapping[str, int], kind: str = MESSAGES) -> None:
    """Set the register of a kind to what was counted in its table."""
    open_writes.begin_all(kind)  # those that are under way may have been noted for other days
    with transaction.atomic():
        Day.objects.filter(kind=kind).delete()
        new = (Day(kind=kind, date=date, count=count, **marked()) for date, count in counts.items())
        Day.objects.bulk_create(new, batch_size=500)
