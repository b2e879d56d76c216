"""Pages that come to an end of something: of a day, of the days asked for, of their time."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.errors import BadCursor
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Message
from messages_app.store import day_index
from messages_app.store.partitions.layout import PLAIN
from messages_app.store.query import Query, Range
from messages_app.store.repository import MessageRepository
from tests.messages_app.records import is_within, record

pytestmark = [pytest.mark.django_db]

TEN = 1559037600  # 2019-05-28T10:00:00Z
DAY = 86_400
DATE = "2019-05-28"
# More than any of these queries has.
MANY = 200


def on_days(repository, *days):
    """A record at ten o'clock, and one a second later, of each of these days of May 2019."""
    for day in days:
        for second in (0, 1):
            repository.insert(record(TEN + (day - 28) * DAY + second))


def keys(page):
    return [f"{message.date[-2:]} {message.time[-2:]}" for message in page.messages]


def pages(repository, query, page_size):
    """All of them; a fault that leads round and round ends too."""
    cursor = None
    for _ in range(MANY):
        page = repository.page(query, page_size, cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


@pytest.fixture
def hurried(repository):
    """Each page has time for one answer, which looks at two records."""
    return MessageRepository(
        dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE, looked_at_first=2, page_seconds=0
    )


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
def test_pages_of_several_bounded_days_have_every_record_once(repository, page_size, newest_first):
    on_days(repository, 26, 27, 28, 29, 30)
    query = Query(date_from="2019-05-27", date_to="2019-05-29", newest_first=newest_first)
    found = [key for page in pages(repository, query, page_size) for key in keys(page)]
    expected = [f"{day} 0{second}" for day in (27, 28, 29) for second in (0, 1)]
    assert found == sorted(expected, reverse=newest_first)


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_of_several_bounded_days_are_turned_back(repository, newest_first):
    on_days(repository, 26, 27, 28, 29, 30)
    query = Query(date_from="2019-05-27", date_to="2019-05-29", newest_first=newest_first)
    forward = list(pages(repository, query, 1))
    back = forward[-1]
    for page in reversed(forward[:-1]):
        back = repository.page(query, 1, back.previous)
        assert back.messages == page.messages
    assert back.previous is None


@pytest.mark.parametrize("newest_first", [False, True])
def test_out_of_time_at_the_end_of_a_day_the_next_page_begins_with_the_next(hurried, newest_first):
    on_days(hurried, 28, 29)
    query = Query(filters={"location": ("location-03",)}, newest_first=newest_first)
    found = [keys(page) for page in pages(hurried, query, 5)]
    # Two records are a whole answer, behind which the day may go on, or its end.
    assert len(found) < MANY
    flat = [key for page in found for key in page]
    assert flat == sorted(["28 00", "28 01", "29 00", "29 01"], reverse=newest_first)


def test_out_of_time_at_the_end_of_the_one_date_there_is_no_next_page(hurried):
    on_days(hurried, 28, 29)
    page = hurried.page(Query(DATE, filters={"location": ("elsewhere",)}), 5, None)
    assert (page.messages, page.cursor) == ([], None)


def test_out_of_time_at_the_end_of_a_day_that_is_not_the_only_one_there_is_a_next_page(hurried):
    on_days(hurried, 28)
    page = hurried.page(Query(filters={"location": ("elsewhere",)}), 5, None)
    assert page.messages == []
    last = hurried.page(Query(filters={"location": ("elsewhere",)}), 5, page.cursor)
    assert (last.messages, last.cursor) == ([], None)


def test_a_page_that_is_full_in_time_has_no_need_of_a_second_answer(hurried):
    on_days(hurried, 28)
    assert keys(hurried.page(Query(DATE), 2, None)) == ["28 00", "28 01"]


@pytest.mark.parametrize(
    "query",
    [
        Query(date_from=DATE, newest_first=True),
        Query(date_from=DATE, ranges={"local_avg": Range(None, None)}),
        Query(date_from=DATE, without=("source",)),
        Query(date_from=DATE, import_id="2cbb6a4e-5f3c-4d2a-9f43-0d3b5a7c9d11"),
        Query(date_from=DATE, date_to="2019-06-30"),
        Query(date_from=DATE, first_time="09"),
        Query(date_from=DATE, last_time="11"),
        Query(date_from="2019-05-27"),
        Query(DATE),
        Query(),
    ],
)
def test_a_cursor_leads_on_in_its_own_query_alone(repository, query):
    on_days(repository, 28)
    cursor = repository.page(Query(date_from=DATE), 1, None).cursor
    with pytest.raises(BadCursor):
        repository.page(query, 1, cursor)


def test_a_cursor_of_one_range_is_not_one_of_another(repository):
    on_days(repository, 28)
    queries = [Query(ranges={"local_avg": Range(low, None)}) for low in (1, 2)]
    cursor = repository.page(queries[0], 1, None).cursor
    with pytest.raises(BadCursor):
        repository.page(queries[1], 1, cursor)


@pytest.mark.parametrize("count", [499, 500, 501, 1001])
@pytest.mark.parametrize("newest_first", [False, True])
def test_there_can_be_more_days_than_a_statement_reads(count, newest_first):
    first = date(2019, 1, 1)
    dates = [(first + timedelta(days=number)).isoformat() for number in range(count)]
    day_index.register(dates)
    found = day_index.between("", "", newest_first=newest_first)
    assert list(islice(found, 2000)) == sorted(dates, reverse=newest_first)


def test_the_bounds_of_many_days_hold_behind_the_first_statement_too():
    first = date(2019, 1, 1)
    dates = [(first + timedelta(days=number)).isoformat() for number in range(700)]
    day_index.register(dates)
    found = day_index.between(dates[10], dates[650], newest_first=False)
    assert list(islice(found, 2000)) == dates[10:651]


def any_record(chance):
    second = TEN + chance.randrange(-2, 3) * DAY + chance.randrange(0, 50_000, 700)
    places = {"location": chance.choice(["here", "there"])}
    return record(second, local_avg=Decimal(chance.randrange(4)), **places)


def any_query(chance):
    days = sorted(f"2019-05-{chance.randrange(25, 32)}" for _ in range(2))
    hours = sorted(f"{chance.randrange(8, 24):02}" for _ in range(2))
    bounds = {
        "date": {"date": days[0]},
        "dates": {"date_from": days[0], "date_to": days[1]},
        "moments": {"date_from": days[0], "first_time": hours[0], "date_to": days[1]},
        "until": {"date_to": days[1], "last_time": hours[1]},
        "all": {},
    }
    asked = bounds[chance.choice(list(bounds))]
    if chance.random() < 0.3:
        asked |= {"time_from": hours[0], "time_to": hours[1]}
    filters = {"location": ("here",)} if chance.random() < 0.5 else {}
    ranges = {"local_avg": Range(Decimal(1), Decimal(2))} if chance.random() < 0.3 else {}
    is_newest_first = chance.random() < 0.5
    return Query(filters=filters, ranges=ranges, newest_first=is_newest_first, **asked)


def matches(query, one):
    wanted = query.filters.get("location", (one.values["location"],))
    is_between = not query.ranges or 1 <= one.values["local_avg"] <= 2
    return is_within(query, one) and one.values["location"] in wanted and is_between


@pytest.mark.parametrize("repository", [PLAIN], ids=["one"], indirect=True)
@pytest.mark.parametrize("page_seconds", [0, 60], ids=["interrupted", "in time"])
def test_whatever_is_asked_the_pages_have_what_a_plain_list_has(repository, page_seconds):
    chance = random.Random(17)
    all_ = {one.key: one for one in (any_record(chance) for _ in range(60))}
    for one in all_.values():
        repository.insert(one)
    in_order = [all_[key] for key in sorted(all_)]
    for _ in range(40):
        looks_at = chance.randrange(1, 9)
        reader = MessageRepository(
            *(dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE),
            looked_at_first=looks_at,
            page_seconds=page_seconds,
        )
        query, size = any_query(chance), chance.randrange(1, 9)
        expected = [one for one in in_order if matches(query, one)]
        expected.sort(key=lambda one: one.key, reverse=query.newest_first)
        found: list[Message] = []
        for page in pages(reader, query, size):
            if page_seconds and page.previous and page.messages:
                back = reader.page(query, size, page.previous).messages
                begin = max(0, len(found) - size)
                assert back == expected[begin : begin + size]
            found += page.messages
        assert found == expected, query
