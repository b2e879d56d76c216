"""Which rows are there already, asked before they are inserted.

DynamoDB takes a write unit for an insert that it refuses, and the record has to be read then: a
file that comes again would cost more than at first. One Query over the keys of many rows tells it
for a fiftieth of that, and where nothing is there it costs next to nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from messages_app.schema.record import CONFLICT_SEPARATOR, Record
from messages_app.store.items import Item, date_of
from messages_app.store.partitions.partitioning import Key, Partitioning

# Fewer rows of a partition are inserted with one request: looking would be one more.
_FEWEST_ROWS = 25
# Other records may lie between the rows. A read unit, a fifth of a write unit's price, reads some
# sixteen: while one in so many is a row's, reading on is cheaper than refused inserts.
_READ_FOR_ONE = 10
_READ_FIRST = 50
_READ_MORE = 5000


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The sort keys from ``first`` to ``last`` of one partition; the rows have ``times``."""

    partition: str
    times: frozenset[str]
    first: str
    last: str


# Reads records of a range: (range, how many, behind which sort key or ''). Gives the items and the
# sort key behind which there may be more, '' at the end.
Ask = Callable[[KeyRange, int, str], tuple[Sequence[Item], str]]


def key_ranges(
    records: Iterable[Record], partitioning: Partitioning, *, with_copies: bool = False
) -> list[KeyRange]:
    """Those that are worth a look; none while records move from one partitioning to another.

    ``with_copies`` they reach as far as records that are kept beside these."""
    if partitioning.before:
        return []
    times: dict[str, set[str]] = defaultdict(set)
    for record in records:
        times[partitioning.partition(record.key)].add(record.time)
    return [
        KeyRange(
            partition,
            frozenset(of_partition),
            min(of_partition),
            max(map(_last_copy, of_partition) if with_copies else of_partition),
        )
        for partition, of_partition in times.items()
        if len(of_partition) >= _FEWEST_ROWS
    ]


def _last_copy(time: str) -> str:
    """Behind all keys of records that are kept beside this one's."""
    return f"{time}{CONFLICT_SEPARATOR}g"  # a digest has letters up to f


def found_in(keys: KeyRange, ask: Ask) -> tuple[dict[Key, Item], str]:
    """The records of a range by key: all, or the first of them where most are no row's. Gives the
    sort key behind which there may be more too, '' where these are all."""
    found: dict[Key, Item] = {}
    behind, count = "", _READ_FIRST
    while True:
        items, behind = ask(keys, count, behind)
        found |= {(date_of(item), item["time"]["S"]): item for item in items}
        of_rows = sum(item["time"]["S"] in keys.times for item in items)
        if not behind or of_rows * _READ_FOR_ONE < len(items):
            return found, behind
        count = _READ_MORE
