"""Whatever is asked, the pages have what a plain list has: any bounds, filters, order and size,
there and back, in time or interrupted behind every answer."""

import random
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from common.aws.clients import dynamodb_client
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, Record
from messages_app.store.partitions.partitioning import PLAIN
from messages_app.store.query import Query, Range
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import is_within, record

pytestmark = [pytest.mark.django_db]

TEN = 1559037600  # 2019-05-28T10:00:00Z
DAY = 86_400
IMPORT = "2cbb6a4e-5f3c-4d2a-9f43-0d3b5a7c9d11"
# More pages than any of these queries has: a fault that leads round and round ends too.
MANY = 200


def any_record(chance: random.Random, number: int) -> Record:
    second = TEN + chance.randrange(-2, 3) * DAY + chance.randrange(0, 50_000, 700)
    origin = chance.choice([None, Origin(IMPORT, number)])
    values = {"location": chance.choice(["here", "there", "elsewhere"])}
    numbers = {name: Decimal(chance.randrange(4)) for name in ("local_avg", "remote_avg")}
    return record(second, origin=origin, **values, **numbers)


@pytest.fixture
def there(repository: RecordRepository) -> list[Record]:
    """The records of the table, in order."""
    chance = random.Random(17)
    found = {one.key: one for one in (any_record(chance, number) for number in range(35))}
    for one in found.values():
        repository.insert(one)
    return [found[key] for key in sorted(found)]


days = st.integers(26, 30).map(lambda number: f"2019-05-{number}")
hours = st.integers(11, 22).map(lambda hour: f"{hour:02}")
ends = st.none() | st.integers(0, 3).map(Decimal)
ranges = st.builds(Range, ends, ends).filter(lambda range_: range_ != Range())


places = st.sets(st.sampled_from(["here", "there", "nowhere"]), min_size=1).map(tuple)
averages = st.sets(st.integers(0, 4).map(Decimal), min_size=1).map(tuple)
asked = st.fixed_dictionaries({}, optional={"location": places, "local_avg": averages})
# Each of these in a part of the queries, so that many have records.
filters: Any = st.just({}) | st.just({}) | asked
numbers = st.sampled_from(["local_avg", "remote_avg"])
within: Any = st.just({}) | st.just({}) | st.dictionaries(numbers, ranges, min_size=1)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    first, last = sorted([draw(days), draw(days)])
    early, late = sorted([draw(hours), draw(hours)])
    bounds = [
        {},
        {"date": first},
        {"date_from": first},
        {"date_to": last},
        {"date_from": first, "date_to": last},
        {"date_from": first, "first_time": early, "date_to": last},
        {"date_from": first, "date_to": last, "last_time": late},
    ]
    times = [{"time_from": early, "time_to": late}, {"time_from": early}, {"time_to": late}]
    return Query(
        **draw(st.sampled_from(bounds)),
        **draw(st.sampled_from([{}, {}, {}, *times])),
        filters=draw(filters),
        ranges=draw(within),
        import_id=draw(st.sampled_from(["", "", IMPORT])),
        newest_first=draw(st.booleans()),
    )


def matches(query: Query, one: Record) -> bool:
    return (
        is_within(query, one)
        and all(one.values[name] in values for name, values in query.filters.items())
        and all(_is_in(range_, one.values[name]) for name, range_ in query.ranges.items())
        and (not query.import_id or one.import_origin is not None)
    )


def _is_in(range_: Range, number: Decimal) -> bool:
    above = range_.minimum is None or range_.minimum <= number
    return above and (range_.maximum is None or number <= range_.maximum)


# A query is short as it is; to look for a shorter one would take minutes.
@trying(
    max_examples=20,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), query=queries(), size=st.integers(1, 9), looked_at=st.integers(1, 9))
@pytest.mark.parametrize("repository", [PLAIN], ids=["one"], indirect=True)
@pytest.mark.parametrize("page_seconds", [0, 60], ids=["interrupted", "in time"])
def test_pages_there_and_back_are_those_of_a_plain_list(
    there: list[Record],
    page_seconds: int,
    data: st.DataObject,
    query: Query,
    size: int,
    looked_at: int,
) -> None:
    expected = [one for one in there if matches(query, one)]
    expected = expected[::-1] if query.newest_first else expected
    table = (dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE)
    reader = RecordRepository(*table, looked_at_first=looked_at, page_seconds=page_seconds)

    pages = [reader.page(query, size)]
    while (cursor := pages[-1].cursor) is not None and len(pages) < MANY:
        pages.append(reader.page(query, size, cursor))
    assert [one for page in pages for one in page.records] == expected
    assert all(len(page.records) <= size for page in pages)
    if page_seconds:
        assert all(len(page.records) == size for page in pages[:-1])
        assert pages[-1].records or not expected

    at = data.draw(st.integers(0, len(pages) - 1))
    page, begin = pages[at], sum(len(page.records) for page in pages[:at])
    for _ in range(MANY):
        if page.previous is None:
            break
        page = reader.page(query, size, page.previous)
        before = 0 if page.previous is None else begin - len(page.records)
        end = before + len(page.records)
        assert page.records == expected[before:end]
        assert page.cursor or end == len(expected)
        behind = reader.page(query, size, page.cursor).records if page.cursor else []
        assert behind == expected[end : end + len(behind)]
        assert not page_seconds or len(page.records) >= min(size, begin)
        begin = before
    assert begin == 0
