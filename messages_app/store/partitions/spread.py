"""How the days of each kind are spread, as SQL has it for all processes.

Asked for with each read: a process asks the database once in some seconds, for all kinds in one
statement.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db import transaction

from common.database.known import Known
from messages_app.models import Spread
from messages_app.store.partitions.partitioning import PLAIN, Partitioning


def _partitionings() -> dict[str, Partitioning]:
    return {one.kind: _partitioning(one) for one in Spread.objects.all()}


# Of the kinds that are not plain. It may be as old as Known believes it: nothing moves before all
# processes know of it (kinds/spreading/moving.py).
known = Known[Mapping[str, Partitioning]](_partitionings)


class Partitionings:
    """The partitioning of one kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def for_reading(self) -> Partitioning:
        """As it was a moment ago: one statement for all that is read within some seconds."""
        return known.get().get(self._kind, PLAIN)

    def now(self) -> Partitioning:
        """As it is. Asked after days were registered, before their records are written."""
        return partitioning_of(self._kind)


def partitioning_of(kind: str) -> Partitioning:
    """How the days of a kind are spread."""
    one = Spread.objects.filter(kind=kind).first()
    return _partitioning(one) if one else PLAIN


def counts_of(kinds: Iterable[str]) -> dict[str, int]:
    """How many partitions a day of each of these kinds has."""
    names = list(kinds)
    found = Spread.objects.filter(kind__in=names).values_list("kind", "partitions")
    return {**dict.fromkeys(names, 1), **dict(found)}


def write_down(kind: str, partitioning: Partitioning) -> None:
    """From now on the days of a kind without records are spread so."""
    Spread.objects.update_or_create(
        kind=kind,
        defaults={
            "partitions": partitioning.count,
            "before": partitioning.before,
            "switch_at": datetime.fromtimestamp(partitioning.switch_at, UTC),
        },
    )
    known.forget()


def begin(kind: str, count: int, switch_at: float, before: int = 0) -> Partitioning:
    """Have the records of a kind move to so many partitions a day, unless they move already or are
    there; with ``before``, from so many even then. Gives the partitioning that holds."""
    Spread.objects.get_or_create(kind=kind, defaults={"partitions": 1})
    with transaction.atomic():
        one = Spread.objects.select_for_update().get(kind=kind)
        before = before or one.partitions
        if not one.before and before != count:
            one.before, one.partitions = before, count
            one.switch_at = datetime.fromtimestamp(switch_at, UTC)
            one.save()
    known.forget()
    return _partitioning(one)


def end(kind: str, partitioning: Partitioning) -> None:
    """Nothing is where it was any more."""
    moved = Spread.objects.filter(
        kind=kind, partitions=partitioning.count, before=partitioning.before
    )
    moved.update(before=0, switch_at=None)
    Spread.objects.filter(kind=kind, partitions=1, before=0).delete()
    known.forget()


def _partitioning(one: Spread) -> Partitioning:
    switch_at = one.switch_at.timestamp() if one.switch_at else 0.0
    return Partitioning(one.partitions, one.before, switch_at)
