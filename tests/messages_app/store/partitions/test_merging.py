"""Pages of a day that is spread, while its records move between any two requests."""

import threading
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.items import Item, item_of, record_of
from messages_app.store.paging import Reader
from messages_app.store.partitions.partitioning import Partitioning, partition_of
from messages_app.store.query import Query
from tests.messages_app.records import record

DATE = "2019-05-28"
TEN = 1559037600
counts = st.integers(1, 5)


class Table:
    """Stands in for DynamoDB: answers queries of one partition, and moves some of the records that
    are not in their place before each."""

    def __init__(self, records: list[Record], partitioning: Partitioning, random: Random) -> None:
        self._partitioning = partitioning
        self._random = random
        self._lock = threading.Lock()
        self._items: dict[tuple[str, str], Item] = {}
        for one in records:
            is_waiting = bool(partitioning.before) and random.random() < 0.7
            count = partitioning.before if is_waiting else partitioning.count
            self._items[partition_of(one.key, count), one.time] = item_of(one, MESSAGE)

    def ask(
        self, query: Query, partition: str, limit: int, behind: str, descending: bool
    ) -> tuple[list[Item], str]:
        with self._lock:
            self._move()
            assert query.is_consistent or not self._partitioning.before
            times = sorted(
                (key[1] for key in self._items if key[0] == partition), reverse=descending
            )
            left = [
                time
                for time in times
                if not behind or (time < behind if descending else time > behind)
            ]
            looked_at = [self._items[partition, time] for time in left[:limit]]
            places = query.filters.get("location", ("here", "there"))
            found = [dict(one) for one in looked_at if one["location"]["S"] in places]
            return found, left[limit - 1] if len(left) > limit else ""

    def _move(self) -> None:
        for partition, time in list(self._items):
            place = self._partitioning.partition((DATE, time))
            if partition != place and self._random.random() < 0.1:
                self._items[place, time] = self._items.pop((partition, time))


@settings(deadline=None, max_examples=100)
@given(
    size=st.integers(0, 80),
    before=st.just(0) | counts,
    count=counts,
    page_size=st.integers(2, 40),
    looked_at=st.sampled_from([1, 5, 1000]),
    is_filtered=st.booleans(),
    is_newest_first=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_every_page_has_its_records_once(
    size: int,
    before: int,
    count: int,
    page_size: int,
    looked_at: int,
    is_filtered: bool,
    is_newest_first: bool,
    seed: int,
) -> None:
    random = Random(seed)
    records = [
        record(TEN + second, location="here" if random.random() < 0.4 else "there")
        for second in range(size)
    ]
    partitioning = Partitioning(count, before)
    table = Table(records, partitioning, random)
    reader = Reader(
        table.ask,
        lambda item: record_of(item, MESSAGE),
        looked_at,
        partitioning=lambda: partitioning,
    )
    filters: Any = {"location": ("here",)} if is_filtered else {}
    query = Query(DATE, filters=filters, newest_first=is_newest_first)
    expected = [one for one in records if not is_filtered or one.values["location"] == "here"]
    expected = expected[::-1] if is_newest_first else expected

    pages = [reader.page(query, page_size, None)]
    while (cursor := pages[-1].cursor) is not None:
        pages.append(reader.page(query, page_size, cursor))
    assert [one for page in pages for one in page.records] == expected
    assert all(len(page.records) == page_size for page in pages[:-1])
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = reader.page(query, page_size, back.previous)
        assert back.records == page.records
    assert back.previous is None
    assert list(reader.all(query)) == expected
