"""What pages ask the table for: how many records at once, of which days, and until when."""

from datetime import date

import pytest

from messages_app.schema import imports
from messages_app.schema.imports import NO_DATES, KnownImport, learn_from
from messages_app.store import day_index
from messages_app.store.expiring import retention
from messages_app.store.query import Query
from tests.messages_app.retention.days import ago
from tests.messages_app.store.reading.table import DATE, Table, records

ELSEWHERE = {"location": ("elsewhere",)}
IMPORT = "8f14e45f-ceea-467f-a8d6-3d5c7b2f9a10"


@pytest.mark.parametrize("size", [1, 30])
def test_without_filters_a_page_asks_for_one_record_more_than_it_has(size):
    table = Table(records(40), at_once=25)
    assert len(table.reader().page(Query(DATE), size, None).records) == size
    assert set(table.limits) == {size + 1}


@pytest.mark.parametrize(
    ("size", "limits"), [(2, [1000, 4000, 5000, 5000]), (1500, [1500, 5000, 5000, 5000])]
)
def test_with_filters_each_request_looks_at_more(size, limits):
    table = Table(records(4), at_once=1)
    assert table.reader().page(Query(DATE, filters=ELSEWHERE), size, None).records == []
    assert table.limits == limits


def test_where_all_are_wanted_each_request_looks_at_the_most():
    table = Table(records(3), at_once=2)
    assert list(table.reader().all(Query(DATE))) == records(3)
    assert table.limits == [5000, 5000]


@pytest.mark.parametrize(("maximum", "is_more"), [(2, True), (3, False), (4, False)])
def test_the_last_key_is_told_where_there_are_more_records(maximum, is_more):
    table = Table(records(3))
    found, last = table.reader().behind(Query(DATE), maximum, None)
    assert found == records(3)[:maximum]
    assert last == (found[-1].key if is_more else None)


def test_a_page_that_is_out_of_time_amid_its_date_leads_on():
    table = Table(records(6), at_once=2)
    reader, query = table.reader(page_seconds=0), Query(DATE)
    first = reader.page(query, 5, None)
    second = reader.page(query, 5, first.cursor)
    third = reader.page(query, 5, second.cursor)
    assert [first.records, second.records, third.records] == [
        *(records(6)[start : start + 2] for start in (0, 2, 4))
    ]
    assert third.cursor is None


def test_a_page_that_has_time_goes_on():
    table = Table(records(6), at_once=2)
    page = table.reader(page_seconds=60).page(Query(DATE), 5, None)
    assert page.records == records(6)[:5]


@pytest.mark.django_db
def test_a_page_that_is_out_of_time_at_the_end_of_a_day_leads_on_to_the_next():
    table = Table(records(2, 28) + records(2, 29))
    day_index.register([DATE, "2019-05-29"])
    reader = table.reader(page_seconds=0)
    first = reader.page(Query(), 5, None)
    second = reader.page(Query(), 5, first.cursor)
    assert [first.records, second.records] == [records(2, 28), records(2, 29)]
    assert table.dates == [DATE, "2019-05-29"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", [Query(DATE), Query()])
def test_a_page_that_is_empty_by_now_leads_back_over_its_whole_day(query):
    """The last records were deleted after the page before was read."""
    day_index.register([DATE])
    before = Table(records(10)).reader()
    behind = before.page(query, 4, before.page(query, 4, None).cursor).cursor
    reader = Table(records(8)).reader()
    page = reader.page(query, 4, behind)
    assert (page.records, page.cursor) == ([], None)
    assert reader.page(query, 4, page.previous).records == records(8)[4:]


def test_a_query_that_nothing_can_match_asks_for_nothing():
    """DynamoDB refuses a range whose end lies before its beginning."""
    table = Table(records(2))
    assert table.reader().page(Query(DATE, "11", "10"), 5, None).records == []
    assert table.asked == []


@pytest.mark.django_db
def test_a_day_on_which_nothing_can_match_is_passed_over():
    table = Table(records(2, 28) + records(2, 29))
    day_index.register([DATE, "2019-05-29"])
    query = Query(date_from=DATE, first_time="12", time_to="11")
    assert table.reader().page(query, 5, None).records == records(2, 29)
    assert table.dates == ["2019-05-29"]


@pytest.mark.parametrize(("days", "is_shown"), [(30, True), (31, False)])
def test_the_oldest_day_that_is_kept_is_shown(days, is_shown):
    retention.known.hold({"messages": 30})
    table = Table([])
    table.reader().page(Query(ago(days)), 5, None)
    assert bool(table.asked) == is_shown


@pytest.fixture
def known():
    """Imports as tests have them."""
    there: dict[str, KnownImport] = {}
    before = imports._Imports.find
    learn_from(there.get)
    yield there
    learn_from(before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dates", "asked", "expected"),
    [
        (("2019-05-28", "2019-05-29"), ("", ""), [28, 29]),
        (("2019-05-28", "2019-05-29"), ("2019-05-29", "2019-05-30"), [29]),
        (("2019-05-28", "2019-05-29"), ("2019-05-27", "2019-05-28"), [28]),
        (NO_DATES, ("", ""), []),
        (None, ("", "2019-05-29"), [27, 28, 29]),
    ],
)
def test_of_an_import_only_its_days_are_looked_at(known, dates, asked, expected):
    days = [date(2019, 5, day).isoformat() for day in (27, 28, 29, 30)]
    day_index.register(days)
    known[IMPORT] = KnownImport("a.csv", dates)
    table = Table([])
    query = Query(import_id=IMPORT, date_from=asked[0], date_to=asked[1])
    table.reader().page(query, 5, None)
    assert table.dates == [f"2019-05-{day}" for day in expected]


@pytest.mark.django_db
def test_of_an_import_that_is_not_known_all_days_are_looked_at(known):
    day_index.register([DATE, "2019-05-29"])
    table = Table([])
    table.reader().page(Query(import_id=IMPORT), 5, None)
    assert table.dates == [DATE, "2019-05-29"]


@pytest.mark.django_db
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_of_several_days_are_turned_there_and_back(size, newest_first):
    day_index.register([DATE, "2019-05-29", "2019-05-30"])
    all_ = records(3, 28) + records(2, 29) + records(2, 30)
    reader, query = Table(all_).reader(), Query(newest_first=newest_first)
    expected = all_[::-1] if newest_first else all_
    pages = [reader.page(query, size, None)]
    while (cursor := pages[-1].cursor) is not None and len(pages) < len(all_):
        pages.append(reader.page(query, size, cursor))
    found = [page.records for page in pages]
    assert found == [expected[start : start + size] for start in range(0, len(all_), size)]
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = reader.page(query, size, back.previous)
        assert back.records == page.records
    assert back.previous is None
