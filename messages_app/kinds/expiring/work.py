"""What a changed retention leaves to be done, and what each day does: a little at a time.

Items are marked partition by partition, those of the oldest day first, which would expire next.
Days that have expired are deleted where DynamoDB itself does not, and taken off the register when
nothing is left of them.
"""

from common.aws.clients import dynamodb_client, endpoint_url
from common.errors import ServiceError
from messages_app.kinds.record_kind import table_of
from messages_app.models import Day, Retention
from messages_app.store.expiring.moments import first_kept
from messages_app.store.expiring.table import ExpiringTable
from messages_app.store.items import PARTITION_SEPARATOR
from messages_app.store.noted import marks
from messages_app.store.partitions.partitioning import partitions_of
from messages_app.store.partitions.spread import partitioning_of

# DynamoDB deletes by itself, and free of charge, typically within a few days. The embedded engines
# need not.
_DAYS_OF_DYNAMODB = 3


def do_some(row: Retention) -> bool:
    """Go on with a kind: mark some items, else delete some. False when nothing is left for now.
    Raises ServiceError. The row is changed, not saved."""
    if not row.is_applied:
        _mark_some(row)
        return True
    return _delete_some(row)


def progress_of(row: Retention) -> dict[str, object]:
    """What of a row may have changed."""
    names = ("after_partition", "after_time", "is_applied")
    return {name: getattr(row, name) for name in names}


def _mark_some(row: Retention) -> None:
    if partitioning_of(row.kind).before:  # a record that moves must not change where it was
        sentence = f"the records of {row.kind} move to other partitions: that has to end first"
        raise ServiceError(sentence, "RecordsMove", permanent=False)
    if not row.after_time:
        row.after_partition = _next_partition(row)
    if not row.after_partition:
        # What DynamoDB deleted meanwhile, because of what held before, it did without a mark.
        marks.mark_all(row.kind)
        row.is_applied = True
        return
    date = _date_of(row.after_partition)
    table = _table(row.kind)
    row.after_time = table.mark(row.after_partition, date, row.after_time, row.days)


def _next_partition(row: Retention) -> str:
    """Behind the one that is done; '' at the end. A day that was spread otherwise since is done
    anew."""
    date = _date_of(row.after_partition)
    partitions = _partitions(row.kind, date) if date else []
    if row.after_partition in partitions[:-1]:
        return partitions[partitions.index(row.after_partition) + 1]
    if date and row.after_partition not in partitions:
        return partitions[0]
    first = first_kept(row.days) if row.days is not None else ""
    days = Day.objects.filter(kind=row.kind, date__gt=date, date__gte=first).order_by("date")
    day = days.first()
    return _partitions(row.kind, day.date)[0] if day else ""


def _delete_some(row: Retention) -> bool:
    if row.days is None:
        return False
    days = row.days + (0 if endpoint_url("dynamodb") else _DAYS_OF_DYNAMODB)
    day = Day.objects.filter(kind=row.kind, date__lt=first_kept(days)).order_by("date").first()
    if day is None:
        return False
    marks.begin([day.date], row.kind)
    table = _table(row.kind)
    if not any(table.delete(partition) for partition in _partitions(row.kind, day.date)):
        day.delete()
    return True


def _date_of(partition: str) -> str:
    return partition.partition(PARTITION_SEPARATOR)[0]


def _partitions(kind: str, date: str) -> list[str]:
    """All that a day may have items in."""
    return [one for count in partitioning_of(kind).counts for one in partitions_of(date, count)]


def _table(kind: str) -> ExpiringTable:
    return ExpiringTable(dynamodb_client(), table_of(kind))
