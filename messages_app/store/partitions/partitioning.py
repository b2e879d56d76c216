"""Which partition keys the records of a day have, and which of them one record has.

DynamoDB takes 1,000 writes a second of one partition key. The records of a kind that is spread have
``count`` of them a day: ``2019-05-28#0``, ``2019-05-28#1`` and so on; with one it is the date.
Nothing outside the store knows of them: records, cursors and the register of days have the date.

A record's partition follows from its time as the key has it, identity included and without the
digest of one that is kept beside another (docs/decisions/0011-partitions-of-a-day.md). So rows that
can be in conflict meet in one partition, and who knows a key knows where its record is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from messages_app.schema.record import CONFLICT_SEPARATOR
from messages_app.store.items import (
    PARTITION_KEY,
    PARTITION_SEPARATOR,
    SORT_KEY,
    Item,
    date_of,
    key_item,
)

MOST_PARTITIONS = 64
# Before writes go by another one, they wait so long: what others sent by the old one arrives.
HELD_SECONDS = 10.0

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Partitioning:
    """``count`` partition keys a day. While records move, they come from ``before`` of them (else
    0), and writes go by the new ones from ``switch_at`` (epoch seconds) on."""

    count: int = 1
    before: int = 0
    switch_at: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether a day is one partition, whose key is the date."""
        return self.count == 1 and not self.before

    @property
    def counts(self) -> tuple[int, ...]:
        """Of the partitionings that are looked at, in this order: a record that moves from the one
        to the other meanwhile is seen."""
        return (self.before, self.count) if self.before else (self.count,)

    def partition(self, key: Key) -> str:
        """Where a record is written."""
        return partition_of(key, self.count)

    def key_item(self, key: Key) -> Item:
        """The primary key of a record where it is written."""
        return key_item((self.partition(key), key[1]))

    def place(self, item: Item) -> Item:
        """The item of a record, whose date makes room for where it is written."""
        if self.count > 1:
            key = (item[PARTITION_KEY]["S"], item[SORT_KEY]["S"])
            item[PARTITION_KEY] = {"S": self.partition(key)}
        return item

    def is_in_place(self, item: Item) -> bool:
        """Whether an item that was read is where it would be written."""
        key = (date_of(item), item[SORT_KEY]["S"])
        here: str = item[PARTITION_KEY]["S"]
        return here == self.partition(key)

    def for_writing(
        self, clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
    ) -> "Partitioning":
        """The partitioning that writes go by at this moment, which may have to be waited for."""
        if not self.before:
            return self
        pause = self.switch_at - clock()
        if pause > HELD_SECONDS:
            return Partitioning(self.before)
        if pause > 0:
            sleep(pause)
        return self


PLAIN = Partitioning()


def partition_of(key: Key, count: int) -> str:
    """The partition key of a record in a partitioning."""
    date, time_ = key
    if count == 1:
        return date
    plain = time_.partition(CONFLICT_SEPARATOR)[0]
    digest = blake2b(plain.encode(), digest_size=8).digest()
    return f"{date}{PARTITION_SEPARATOR}{int.from_bytes(digest) % count}"


def partitions_of(date: str, count: int) -> list[str]:
    """All partition keys of a day in a partitioning."""
    if count == 1:
        return [date]
    return [f"{date}{PARTITION_SEPARATOR}{number}" for number in range(count)]
