"""Days that are spread over several partitions, against a plain list of their records."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date as day
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store import day_index
from messages_app.store.items import item_of, key_item
from messages_app.store.partitions import spread
from messages_app.store.partitions.moving import Move
from messages_app.store.partitions.partitioning import Partitioning, partition_of, partitions_of
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import is_within, record

pytestmark = pytest.mark.django_db

ONE_DAY = 86_400
# Each example has days of its own: what the ones before wrote lies elsewhere.
FIRST_DAYS = count(day(1980, 1, 1).toordinal(), 3)

counts = st.integers(1, 6)
moments = st.tuples(st.integers(0, 2), st.integers(0, 12), st.sampled_from(["", ".5", "~"]))


@dataclass
class Example:
    """Records, and where they lie: those of ``moved`` as the new partitioning has them."""

    partitioning: Partitioning
    first_day: int
    records: list[Record]
    waiting: list[dict[str, Any]]

    @property
    def dates(self) -> tuple[str, str]:
        ends = (self.first_day, self.first_day + 2)
        return day.fromordinal(ends[0]).isoformat(), day.fromordinal(ends[1]).isoformat()

    def move(self, maximum: int) -> None:
        """Some more of the records, as the command does."""
        move = Move(
            dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE, self.partitioning, Deadline(10)
        )
        for item in self.waiting[:maximum]:
            assert move.one(item)
        del self.waiting[:maximum]


@st.composite
def examples(draw: st.DrawFn) -> Example:
    before = draw(st.just(0) | counts)
    partitioning = Partitioning(draw(counts.filter(lambda count: count != before)), before)
    first_day = next(FIRST_DAYS)
    start = timedelta(days=first_day - day(1970, 1, 1).toordinal()).total_seconds()
    records, waiting = [], []
    client = dynamodb_client()
    for number, (days, second, rest) in enumerate(draw(st.lists(moments, unique=True))):
        fraction = rest if rest != "~" else ""
        at = Decimal(f"{int(start) + days * ONE_DAY + second}{fraction}")
        location = draw(st.sampled_from(["here", "there"]))
        one = record(at, location=location, local_avg=Decimal(number))
        one = one.with_conflict_suffix(6) if rest == "~" else one
        item = item_of(one, MESSAGE)
        is_waiting = bool(before) and draw(st.booleans())
        item["date"] = {"S": partition_of(one.key, before if is_waiting else partitioning.count)}
        client.put_item(TableName=settings.MESSAGES_TABLE, Item=item)
        records.append(one)
        if is_waiting and not partitioning.is_in_place(item):
            waiting.append(item)
    records.sort(key=lambda one: one.key)
    return Example(partitioning, first_day, records, waiting)


def repository_of(example: Example, **options: Any) -> RecordRepository:
    repository = RecordRepository(dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE, **options)
    spread.write_down(repository.kind, example.partitioning)
    day_index.register(one.date for one in example.records)
    return repository


def found_by(query: Query, records: list[Record]) -> list[Record]:
    """What a plain list has of it."""
    found = [
        one
        for one in records
        if is_within(query, one)
        and all(one.values[name] in values for name, values in query.filters.items())
    ]
    return found[::-1] if query.newest_first else found


@st.composite
def queries(draw: st.DrawFn, dates: tuple[str, str]) -> Query:
    time_from, time_to = draw(st.sampled_from([("", ""), ("00:00:03", ""), ("", "00:00:09")]))
    filters = draw(st.sampled_from([{}, {"location": ("here",)}]))
    newest = draw(st.booleans())
    query = Query("", time_from, time_to, filters, newest_first=newest, is_consistent=True)
    if draw(st.booleans()):
        return replace(query, date=dates[0])
    first, last = draw(st.sampled_from([("", ""), ("00:00:02", ""), ("00:00:05", "00:00:07")]))
    return replace(query, date_from=dates[0], date_to=dates[1], first_time=first, last_time=last)


lasting = trying(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@lasting
@given(data=st.data())
def test_pages_there_and_back_are_those_of_a_plain_list(aws: str, data: st.DataObject) -> None:
    example = data.draw(examples())
    query = data.draw(queries(example.dates))
    page_size = data.draw(st.integers(1, 9))
    repository = repository_of(example, looked_at_first=data.draw(st.sampled_from([1, 3, 1000])))
    expected = found_by(query, example.records)
    pages = [repository.page(query, page_size)]
    while (cursor := pages[-1].cursor) is not None:
        example.move(data.draw(st.integers(0, 3)))
        pages.append(repository.page(query, page_size, cursor))
    assert [one for page in pages for one in page.records] == expected
    back = pages[-1]
    for page in reversed(pages[:-1]):
        example.move(1)
        back = repository.page(query, page_size, back.previous)
        assert back.records == page.records
    assert back.previous is None


@lasting
@given(data=st.data())
def test_every_other_way_of_reading_finds_the_same(aws: str, data: st.DataObject) -> None:
    example = data.draw(examples())
    repository = repository_of(example, looked_at_first=3)
    query = data.draw(queries(example.dates))
    assert list(repository.all(query)) == found_by(query, example.records)
    for one in example.records:
        assert repository.get(*one.key) == one
    date, time = example.dates[0], "00:00:05"
    exact = [one for one in example.records if one.key == (date, time)]
    begin_so = found_by(Query(date, time, time), example.records)
    assert repository.lookup(date, time) == (exact or begin_so)
    there = repository.existing(example.records, Deadline(10))
    assert there == {one.key: one for one in example.records}
    counted = repository.count_by_date()
    by_date = Counter(one.date for one in example.records)
    assert {date: counted.get(date, 0) for date in by_date} == by_date


def scanned(repository: RecordRepository, start: Any, limit: int) -> Iterator[Record]:
    while True:
        found, start = repository.scan(start, limit)
        assert len(found) <= limit
        yield from found
        if start is None:
            return


@lasting
@given(example=examples(), limit=st.integers(1, 5))
def test_a_scan_has_every_record_once(aws: str, example: Example, limit: int) -> None:
    repository = repository_of(example)
    before = (day.fromordinal(example.first_day - 1).isoformat(), "23:59:59")
    start = None if example.partitioning.is_plain else before
    found = [one for one in scanned(repository, start, limit) if one.date >= example.dates[0]]
    assert sorted(found, key=lambda one: one.key) == example.records


def test_one_partition_a_day_is_the_date_itself() -> None:
    key = ("2019-05-28", "10:55:09")
    assert partitions_of(key[0], 1) == [key[0]]
    assert Partitioning().key_item(key) == key_item(key)
    item = item_of(record(), MESSAGE)
    assert Partitioning().place(dict(item)) == item


def test_a_record_that_is_kept_beside_another_is_in_its_partition() -> None:
    one = record()
    assert {partition_of(one.with_conflict_suffix(length).key, 64) for length in (6, 64)} == {
        partition_of(one.key, 64)
    }


def test_the_partition_of_a_key_is_the_same_for_ever() -> None:
    assert partition_of(("2019-05-28", "10:55:09.385333"), 8) == "2019-05-28#3"


@pytest.mark.parametrize("step", [1, 10, 60])
def test_records_at_even_intervals_are_spread_evenly(step: int) -> None:
    times = [str(timedelta(seconds=second)) for second in range(0, ONE_DAY, step)]
    shares = Counter(partition_of(("2019-05-28", time), 16) for time in times)
    assert len(shares) == 16
    assert max(shares.values()) < 1.5 * len(times) / 16
