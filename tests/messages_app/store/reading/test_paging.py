"""Pages that come to an end of something: of a day, of the days asked for, of their time. Whatever
else is asked: test_any_query.py."""

from datetime import date, timedelta
from itertools import islice

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.errors import BadCursor
from messages_app.schema.builtin import MESSAGE
from messages_app.store import day_index
from messages_app.store.query import Query, Range
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import record

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
    return [f"{record.date[-2:]} {record.time[-2:]}" for record in page.records]


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
    return RecordRepository(
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
        assert back.records == page.records
    assert back.previous is None


@pytest.mark.parametrize("newest_first", [False, True])
def test_out_of_time_at_the_end_of_a_day_the_next_page_begins_with_the_next(hurried, newest_first):
    on_days(hurried, 28, 29)
    query = Query(filters={"location": ("location-03",)}, newest_first=newest_first)
    found = [keys(page) for page in pages(hurried, query, 5)]
    days = [["28 00", "28 01"], ["29 00", "29 01"]]
    in_order = [day[::-1] for day in reversed(days)] if newest_first else days
    # After the last day too it is not known yet that there is no other.
    assert found == [*in_order, []]


def test_out_of_time_at_the_end_of_the_one_date_there_is_no_next_page(hurried):
    on_days(hurried, 28, 29)
    page = hurried.page(Query(DATE, filters={"location": ("elsewhere",)}), 5, None)
    assert (page.records, page.cursor) == ([], None)


def test_out_of_time_at_the_end_of_a_day_that_is_not_the_only_one_there_is_a_next_page(hurried):
    on_days(hurried, 28)
    page = hurried.page(Query(filters={"location": ("elsewhere",)}), 5, None)
    assert page.records == []
    assert page.cursor is not None
    last = hurried.page(Query(filters={"location": ("elsewhere",)}), 5, page.cursor)
    assert (last.records, last.cursor) == ([], None)


def test_an_empty_page_that_was_turned_back_to_leads_to_the_page_that_it_was_asked_from(hurried):
    on_days(hurried, 28)
    hurried.insert(record(TEN + DAY, location="elsewhere"))
    query = Query(filters={"location": ("elsewhere",)})
    _, asked_from, *_ = pages(hurried, query, 5)
    assert keys(asked_from) == ["29 00"]
    back = hurried.page(query, 5, asked_from.previous)
    assert keys(back) == []
    assert keys(hurried.page(query, 5, back.cursor)) == ["29 00"]


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Query(ranges={"local_avg": Range(1)}), Query(ranges={"local_avg": Range(2)})),
        (Query(ranges={"local_avg": Range(1, 5)}), Query(ranges={"local_avg": Range(1, 6)})),
        (Query(filters={"source": ("wireless",)}), Query(filters={"source": ("wired",)})),
    ],
)
def test_a_cursor_of_one_range_or_filter_is_not_one_of_another(repository, one, other):
    on_days(repository, 28)
    cursor = repository.page(one, 1, None).cursor
    with pytest.raises(BadCursor):
        repository.page(other, 1, cursor)


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
