"""A stand-in for a table of records, each day one partition: keeps what it was asked for."""

from typing import Any, NamedTuple

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.items import Item, item_of, record_of
from messages_app.store.paging import Reader
from messages_app.store.query import Query
from tests.messages_app.records import record

TEN = 1559037600  # 2019-05-28T10:00:00Z
DAY = 86_400
DATE = "2019-05-28"


def records(count: int, day: int = 28) -> list[Record]:
    """From ten o'clock of a day of May 2019 on, one a second."""
    return [record(TEN + (day - 28) * DAY + second) for second in range(count)]


class Asked(NamedTuple):
    partition: str
    limit: int
    behind: str


class Table:
    """``at_once`` records are in an answer at most."""

    def __init__(self, records: list[Record], at_once: int = 10**9) -> None:
        self._at_once = at_once
        self._items = {one.key: item_of(one, MESSAGE) for one in records}
        self.asked: list[Asked] = []

    def ask(
        self, query: Query, partition: str, limit: int, behind: str, descending: bool
    ) -> tuple[list[Item], str]:
        self.asked.append(Asked(partition, limit, behind))
        lower, upper = query.ends(partition)
        times = [
            time
            for date, time in sorted(self._items, reverse=descending)
            if date == partition
            and lower <= time <= upper
            and (not behind or (time < behind if descending else time > behind))
        ]
        looked_at = times[: min(limit, self._at_once)]
        places = query.filters.get("location")
        items = [self._items[partition, time] for time in looked_at]
        found = [one for one in items if not places or one["location"]["S"] in places]
        return found, looked_at[-1] if len(looked_at) < len(times) else ""

    @property
    def limits(self) -> list[int]:
        return [one.limit for one in self.asked]

    @property
    def dates(self) -> list[str]:
        return [one.partition for one in self.asked]

    def reader(self, **options: Any) -> Reader:
        return Reader(self.ask, lambda item: record_of(item, MESSAGE), **options)
