"""A day that is spread over several partitions, read as if it were one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from common.tracing.threads import Threads
from messages_app.store.items import SORT_KEY, Item
from messages_app.store.partitions.partitioning import Partitioning, partitions_of
from messages_app.store.query import Query

# Sends DynamoDB's Query for one partition: (query, partition key, limit, the sort key behind which
# to begin or '', descending). Gives the items and the sort key behind which to go on ('' at the
# end).
Ask = Callable[[Query, str, int, str, bool], tuple[list[Item], str]]

# Partitions that are read at once.
_THREADS = 8
# Of each partition its share is read, and so many more: a share is hardly ever exact.
_MORE = 8


def read_merged(
    ask: Ask,
    partitioning: Partitioning,
    query: Query,
    date: str,
    limit: int,
    behind: str,
    descending: bool,
) -> tuple[list[Item], str]:
    """About ``limit`` items behind a sort key in their order, and the sort key behind which to go
    on ('' at the end of the day), as if one partition were asked.

    What was read of a partition beyond the end of another's answer is read again next time. Of two
    partitionings the one that records leave is read before the other, and consistently: a record is
    in one of the answers, and in both when it moved in between.
    """
    query = replace(query, is_consistent=query.is_consistent or bool(partitioning.before))
    answers: list[tuple[list[Item], str]] = []
    with Threads(min(_THREADS, max(partitioning.counts))) as pool:
        for count in partitioning.counts:
            share = -(-limit // count) + _MORE
            one = partial(_ask, ask, query, share, behind, descending)
            answers += pool.map(one, partitions_of(date, count))
    ends = [end for _, end in answers if end]
    end = (max(ends) if descending else min(ends)) if ends else ""
    by_time = {item[SORT_KEY]["S"]: item for items, _ in answers for item in items}
    times = sorted(by_time, reverse=descending)
    return [by_time[time] for time in times if _is_up_to(time, end, descending)], end


def _ask(
    ask: Ask, query: Query, limit: int, behind: str, descending: bool, partition: str
) -> tuple[list[Item], str]:
    return ask(query, partition, limit, behind, descending)


def _is_up_to(time: str, end: str, descending: bool) -> bool:
    return not end or (time >= end if descending else time <= end)
