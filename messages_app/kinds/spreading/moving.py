"""The records of a kind move to another number of partitions a day, while they are used.

All processes are told first. Writes go by the new partitioning from a moment on that lies further
ahead than anything takes that has not heard of it; then each record that is not in its place moves
there in a transaction, and when a look at the whole table finds none, the old partitioning is
forgotten. What is stopped in between goes on when it is run again.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import wrapped
from messages_app.kinds.record_kind import RecordKind
from messages_app.store.items import Item
from messages_app.store.partitions import spread
from messages_app.store.partitions.moving import MANY, Move
from messages_app.store.partitions.partitioning import Partitioning

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Parts of the table that are read at once, and items that are read of each before they move.
_SEGMENTS = 8
_ITEMS = 500
# So long what was read of all parts has to be moved.
_SECONDS = 600
# So often it is told how many have moved.
_TOLD_SECONDS = 10

log = structlog.get_logger(__name__)

Tell = Callable[[str], object]
# Gives the client of a configuration; see common/aws/clients.
ClientOf = Callable[..., "DynamoDBClient"]


class SpreadRefused(Exception):
    """It cannot be done now. The message says what to do instead."""


def move_to(
    kind: RecordKind,
    count: int,
    tell: Tell,
    grace: float | None = None,
    before: int = 0,
    *,
    client_of: ClientOf = dynamodb_client,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Have ``count`` partitions a day, and give the number of records that moved. Harmless to
    repeat. Raises SpreadRefused and ServiceError.

    ``grace`` are the seconds until writes go by the new partitioning. ``before`` says where the
    records are when that is not as the database has it: then writes go by the new one already.
    ``clock`` and ``sleep`` are about epoch seconds.
    """
    seconds = settings.VISIBILITY_SECONDS if grace is None else grace
    switch_at = 0.0 if before else clock() + seconds
    partitioning = spread.begin(kind.name, count, switch_at, before)
    if partitioning.count != count:
        raise SpreadRefused(
            f"The records of {kind.name} are moving to {partitioning.count} partitions a day. Let"
            f" that end first: run manage.py spread {kind.name} {partitioning.count}."
        )
    if not partitioning.before:
        return 0
    wait = partitioning.switch_at - clock()
    if wait > 0:
        tell(f"Writes go to {count} partitions a day in {wait:.0f} seconds; then records move.")
        sleep(wait)
    log.info("records move", kind=kind.name, partitions=count, before=partitioning.before)
    moved = _move_all(kind, partitioning, tell, client_of, Deadline(_TOLD_SECONDS, clock))
    spread.end(kind.name, partitioning)
    log.info("records have moved", kind=kind.name, partitions=count, moved=moved)
    return moved


def _move_all(
    kind: RecordKind,
    partitioning: Partitioning,
    tell: Tell,
    client_of: ClientOf,
    next_report: Deadline,
) -> int:
    """``next_report``: when it is told how many have moved."""
    moved = 0
    with ThreadPoolExecutor(_SEGMENTS) as pool:
        while True:
            moved_before = moved
            for items in _pages(client_of(), kind.table, pool):
                if spread.partitioning_of(kind.name) != partitioning:
                    raise SpreadRefused(f"Somebody else is moving the records of {kind.name} too.")
                moved += _move(client_of("once"), kind, partitioning, items, pool)
                if next_report.passed:
                    tell(f"{moved:,} records moved so far")
                    next_report = next_report.within(_TOLD_SECONDS)
            if moved == moved_before:
                return moved


def _move(
    client: "DynamoDBClient",
    kind: RecordKind,
    partitioning: Partitioning,
    items: Iterable[Item],
    pool: ThreadPoolExecutor,
) -> int:
    """How many of them were not in their place."""
    move = Move(client, kind.table, kind.schema, partitioning, Deadline(_SECONDS))
    waiting = [item for item in items if not partitioning.is_in_place(item)]
    slices = [waiting[start : start + MANY] for start in range(0, len(waiting), MANY)]
    for _ in pool.map(move.many, slices):
        pass
    return len(waiting)


def _pages(
    client: "DynamoDBClient", table: str, pool: ThreadPoolExecutor
) -> Iterator[Iterable[Item]]:
    """The whole table, all parts of it side by side."""
    starts: dict[int, Item | None] = dict.fromkeys(range(_SEGMENTS))
    while starts:
        answers = list(pool.map(lambda part: _scan(client, table, *part), starts.items()))
        yield chain.from_iterable(items for items, _ in answers)
        starts = {part: last for part, (_, last) in zip(starts, answers, strict=True) if last}


def _scan(
    client: "DynamoDBClient", table: str, segment: int, start: Item | None
) -> tuple[list[Item], Item | None]:
    request: dict[str, Any] = {
        "TableName": table,
        "Segment": segment,
        "TotalSegments": _SEGMENTS,
        "Limit": _ITEMS,
        "ConsistentRead": True,
    }
    if start:
        request["ExclusiveStartKey"] = start
    with wrapped("DynamoDB", "read the table"):
        response: Any = client.scan(**request)
    return response["Items"], response.get("LastEvaluatedKey")
