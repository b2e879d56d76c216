"""The repository against the embedded DynamoDB."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.errors import BadCursor, Conflict, NotFound, PreconditionFailed, ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.store.query import Query, Range
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import record
from tests.messages_app.store.unreliable import Unreliable, refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

DATE = "2019-05-28"
TEN = 1559037600  # 10:00:00
DAY = 86_400


def store(repository, *times):
    """Records at seconds behind ten o'clock."""
    for seconds in times:
        repository.insert(record(TEN + Decimal(seconds)))


def times(page):
    return [record.time for record in page.records]


def every_page(repository, query, page_size):
    cursor = None
    for _ in range(100):  # a fault that leads round and round ends too
        page = repository.page(query, page_size, cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("the pages do not end")


def test_a_stored_record_comes_back_with_every_digit_and_its_origin(repository):
    message = record(local_avg=Decimal("0." + "123456789" * 4), origin=Origin("an-import", 3))
    repository.insert(message)
    assert repository.get(*message.key) == message


def test_what_is_not_there_is_none(repository):
    assert repository.get(DATE, "10:00:00") is None


def test_inserting_an_equal_record_says_that_it_is_not_new(repository):
    assert repository.insert(record()) is True
    assert repository.insert(record()) is False


def test_inserting_a_different_record_under_a_taken_key_is_a_conflict(repository):
    repository.insert(record())
    with pytest.raises(Conflict):
        repository.insert(record(local_avg=Decimal(5)))
    assert repository.get(*record().key) == record()


def test_an_exact_time_finds_that_record_alone(repository):
    store(repository, "0", "0.5")
    assert [one.time for one in repository.lookup(DATE, "10:00:00")] == ["10:00:00"]


def test_the_beginning_of_a_time_finds_all_that_begin_so(repository):
    store(repository, "0.25", "0.5", "1")
    found = repository.lookup(DATE, "10:00:00")
    assert [one.time for one in found] == ["10:00:00.250000", "10:00:00.500000"]


def test_a_record_beside_another_is_found_by_the_second_of_both(repository):
    conflict_copy = record(TEN, local_avg=Decimal(5)).with_conflict_suffix(6)
    repository.insert(conflict_copy)
    assert repository.lookup(DATE, "10:00:00") == [conflict_copy]


def test_a_time_that_nothing_begins_with_finds_nothing(repository):
    store(repository, "0")
    assert repository.lookup(DATE, "10:00:01") == []


@pytest.mark.parametrize("time", ["1" * 3000, "ü" * 3000, "", "\0"])
def test_a_time_that_no_key_can_have_finds_nothing(repository, time):
    assert repository.get(DATE, time) is None
    assert repository.lookup(DATE, "1" * 3000) == []


@pytest.mark.parametrize("ends", [("1" * 3000, ""), ("", "0" * 3000)])
def test_ends_that_no_key_can_have_bound_a_page_all_the_same(repository, ends):
    store(repository, "0")
    assert repository.page(Query(DATE, *ends), 10).records == []


def test_a_page_has_the_records_of_its_date_in_the_order_of_time(repository):
    store(repository, "5", "0", "2.5", str(24 * 3600))
    page = repository.page(Query(DATE), 10)
    assert times(page) == ["10:00:00", "10:00:02.500000", "10:00:05"]
    assert page.cursor is None


@pytest.mark.parametrize(
    ("time_from", "time_to", "seconds"),
    [
        ("10:00", "10:00", ["00", "30", "59.900000"]),
        ("10:00:30", "", ["30", "59.900000", "01:00"]),
        ("", "10:00:30", ["00", "30"]),
        ("10:00:00", "10:00:59", ["00", "30", "59.900000"]),
        ("10:00:59.9", "10:01", ["59.900000", "01:00"]),
        ("11", "", []),
        ("10:01", "10:00", []),
        ("é", "", []),
    ],
)
def test_a_time_range_has_prefixes_as_ends_both_included(repository, time_from, time_to, seconds):
    store(repository, "0", "30", "59.9", "60")
    page = repository.page(Query(DATE, time_from, time_to), 10)
    expected = ["10:" + ("00:" + one if ":" not in one else one) for one in seconds]
    assert times(page) == expected


def test_the_upper_end_takes_in_records_kept_beside_another(repository):
    conflict_copy = record(TEN, local_avg=Decimal(5)).with_conflict_suffix(6)
    repository.insert(conflict_copy)
    assert times(repository.page(Query(DATE, "", "10:00:00"), 10)) == [conflict_copy.time]


def test_filters_ask_for_equal_text_and_equal_numbers(repository):
    repository.insert(record(TEN, location="here", local_avg=Decimal("1.5")))
    repository.insert(record(TEN + 1, location="here", local_avg=Decimal(2)))
    repository.insert(record(TEN + 2, location="there", local_avg=Decimal("1.5")))
    query = Query(DATE, filters={"location": ("here",), "local_avg": (Decimal("1.50"),)})
    assert times(repository.page(query, 10)) == ["10:00:00"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 8])
def test_pages_have_every_record_once(repository, page_size):
    store(repository, *map(str, range(7)))
    pages = list(every_page(repository, Query(DATE), page_size))
    assert [time for page in pages for time in times(page)] == [
        f"10:00:0{second}" for second in range(7)
    ]
    assert all(len(page.records) == page_size for page in pages[:-1])


def test_a_full_last_page_is_not_followed_by_an_empty_one(repository):
    store(repository, "0", "1")
    assert repository.page(Query(DATE), 2).cursor is None


@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
@pytest.mark.parametrize("looked_at", [2, 3, 1000])
def test_filtered_pages_are_right_when_they_end_amid_what_was_read(aws, page_size, looked_at):
    repository = RecordRepository(
        dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE, looked_at_first=looked_at
    )
    for second in range(12):
        location = "here" if second not in (0, 1, 5, 6, 7) else "there"
        repository.insert(record(TEN + second, location=location))
    query = Query(DATE, filters={"location": ("here",)})
    pages = list(every_page(repository, query, page_size))
    expected = [f"10:00:{second:02}" for second in (2, 3, 4, 8, 9, 10, 11)]
    assert [time for page in pages for time in times(page)] == expected
    assert all(len(page.records) <= page_size for page in pages)


def test_records_that_match_are_found_behind_many_that_do_not(repository):
    for second in range(30):
        repository.insert(record(TEN + second, location="here" if second == 29 else "there"))
    page = repository.page(Query(DATE, filters={"location": ("here",)}), 1)
    assert times(page) == ["10:00:29"]


def test_a_page_that_would_take_too_long_to_fill_ends_with_a_cursor(aws):
    repository = RecordRepository(
        dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE, looked_at_first=3, page_seconds=0
    )
    store(repository, *map(str, range(30)))
    page = repository.page(Query(DATE, filters={"location": ("elsewhere",)}), 2)
    assert page.records == []
    assert page.cursor is not None


def test_a_cursor_goes_on_behind_a_record_that_was_deleted_meanwhile(repository):
    store(repository, "0", "1", "2")
    first = repository.page(Query(DATE), 1)
    repository.delete(record(TEN))
    assert times(repository.page(Query(DATE), 5, first.cursor)) == ["10:00:01", "10:00:02"]


def cursor_of(repository):
    store(repository, "0", "1")
    return repository.page(Query(DATE), 1).cursor


def test_a_cursor_tells_nothing_of_the_key(repository):
    cursor = cursor_of(repository)
    assert DATE not in cursor
    assert "10:00" not in cursor


def test_an_altered_cursor_is_refused(repository):
    cursor = cursor_of(repository)
    other = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    with pytest.raises(BadCursor):
        repository.page(Query(DATE), 1, other)


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "💧", " "])
def test_what_is_no_cursor_is_refused(repository, cursor):
    with pytest.raises(BadCursor):
        repository.page(Query(DATE), 1, cursor)


@pytest.mark.parametrize(
    "query",
    [
        Query("2019-05-29"),
        Query(DATE, time_from="09"),
        Query(DATE, time_to="11"),
        Query(DATE, filters={"location": ("location-03",)}),
    ],
)
def test_a_cursor_of_another_query_is_refused(repository, query):
    with pytest.raises(BadCursor):
        repository.page(query, 1, cursor_of(repository))


def test_an_update_changes_its_fields_alone_and_gives_back_the_whole(repository):
    repository.insert(record())
    changed = repository.update(record(), {"local_avg": Decimal(5), "source": "wired"})
    assert changed == record(local_avg=Decimal(5), source="wired")
    assert repository.get(*record().key) == changed


def test_the_origin_survives_a_replacement(repository):
    origin = Origin("an-import", 7)
    repository.insert(record(origin=origin))
    repository.update(record(), record(local_avg=Decimal(5)).values)
    assert repository.get(*record().key) == record(local_avg=Decimal(5), origin=origin)


def test_updating_what_is_not_there_creates_nothing(repository):
    with pytest.raises(NotFound):
        repository.update(record(), {"source": "wired"})
    assert repository.get(*record().key) is None


def test_a_deleted_record_is_gone_and_cannot_be_deleted_again(repository):
    repository.insert(record())
    repository.delete(record())
    assert repository.get(*record().key) is None
    with pytest.raises(NotFound):
        repository.delete(record())


def test_a_failure_of_dynamodb_keeps_its_code(repository):
    client = Unreliable(repository._client, get_item=[refused("AccessDeniedException")])
    with pytest.raises(ServiceError) as caught:
        RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE).get(DATE, "10:00:00")
    assert caught.value.code == "AccessDeniedException"
    assert caught.value.permanent


def on_days(repository, *days):
    """A record at ten o'clock, and one a second later, of each of these days of May 2019."""
    for day in days:
        store(repository, str((day - 28) * DAY), str((day - 28) * DAY + 1))


def keys(page):
    return [f"{record.date[-2:]} {record.time[-2:]}" for record in page.records]


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 6])
def test_without_a_date_the_pages_go_over_all_days_from_the_oldest(repository, page_size):
    on_days(repository, 30, 28, 29)
    pages = list(every_page(repository, Query(), page_size))
    found = [key for page in pages for key in keys(page)]
    assert found == ["28 00", "28 01", "29 00", "29 01", "30 00", "30 01"]
    assert all(len(page.records) == page_size for page in pages[:-1])


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 6])
def test_the_newest_can_come_first(repository, page_size):
    on_days(repository, 30, 28, 29)
    pages = every_page(repository, Query(newest_first=True), page_size)
    found = [key for page in pages for key in keys(page)]
    assert found == ["30 01", "30 00", "29 01", "29 00", "28 01", "28 00"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2019-05-29", "", ["29", "30"]),
        ("", "2019-05-29", ["28", "29"]),
        ("2019-05-29", "2019-05-29", ["29"]),
        ("2019-05-30", "2019-05-28", []),
        ("2020-01-01", "", []),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_days_can_be_bounded(repository, first, last, expected, newest_first):
    on_days(repository, 28, 29, 30)
    query = Query(date_from=first, date_to=last, newest_first=newest_first, time_to="10:00:00")
    found = [key[:2] for page in every_page(repository, query, 2) for key in keys(page)]
    assert found == sorted(expected, reverse=newest_first)


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("date", ["", DATE])
def test_pages_can_be_turned_back(repository, newest_first, date):
    on_days(repository, 27, 28)
    store(repository, "2", "3", "4")
    query = Query(date, newest_first=newest_first)
    pages = list(every_page(repository, query, 2))
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = repository.page(query, 2, back.previous)
        assert back.records == page.records
    assert back.previous is None


def test_a_page_that_is_turned_back_to_leads_forward_again(repository):
    store(repository, *map(str, range(7)))
    first, second, third, _ = every_page(repository, Query(DATE), 2)
    back = repository.page(Query(DATE), 2, third.previous)
    assert back.records == second.records
    assert repository.page(Query(DATE), 2, back.cursor).records == third.records
    assert repository.page(Query(DATE), 2, back.previous).records == first.records


def test_turning_back_to_a_first_page_that_grew_shows_it_whole(repository):
    store(repository, "2", "3")
    _, second = every_page(repository, Query(DATE), 1)
    store(repository, "0")
    assert times(repository.page(Query(DATE), 5, second.previous)) == [
        "10:00:00",
        "10:00:02",
        "10:00:03",
    ]


def test_a_filter_takes_any_of_several_values(repository):
    for second, location in enumerate(("here", "there", "elsewhere")):
        repository.insert(record(TEN + second, location=location))
    query = Query(DATE, filters={"location": ("here", "elsewhere")})
    assert times(repository.page(query, 5)) == ["10:00:00", "10:00:02"]


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [("1.5", "2.5", ["01", "02"]), ("2", None, ["02", "03"]), (None, "1.5", ["00", "01"])],
)
def test_a_range_takes_numbers_between_its_ends_both_included(
    repository, minimum, maximum, expected
):
    for second, average in enumerate(("0", "1.5", "2.50", "3")):
        repository.insert(record(TEN + second, local_avg=Decimal(average)))
    ends = [Decimal(end) if end else None for end in (minimum, maximum)]
    query = Query(DATE, ranges={"local_avg": Range(*ends)})
    assert [time[-2:] for time in times(repository.page(query, 5))] == expected


def test_all_records_of_a_query_can_be_read_one_after_the_other(repository):
    on_days(repository, 28, 30)
    found = repository.all(Query(time_to="10:00:00"))
    assert [record.date for record in found] == ["2019-05-28", "2019-05-30"]


def test_a_scan_goes_on_behind_the_key_that_it_ended_with(repository):
    on_days(repository, 28, 29)
    found, start = repository.scan(limit=3)
    rest, end = repository.scan(start)
    assert len(found) == 3
    assert end is None
    assert sorted(record.key for record in found + rest) == [
        (f"2019-05-{day}", f"10:00:0{second}") for day in (28, 29) for second in (0, 1)
    ]


def test_an_update_that_is_bound_to_what_was_read_is_refused_after_another(repository):
    repository.insert(record())
    repository.update(record(), {"local_avg": Decimal(5)})
    with pytest.raises(PreconditionFailed):
        repository.update(record(), {"source": "wired"}, only_if_same=True)
    with pytest.raises(PreconditionFailed):
        repository.delete(record(), only_if_same=True)
    assert repository.get(*record().key) == record(local_avg=Decimal(5))


@pytest.mark.parametrize("name", ["location", "source", "local_dest", "remote_dest"])
def test_a_change_is_bound_to_each_text_that_was_read(repository, name):
    repository.insert(record())
    read = record(**{name: "something else"})
    with pytest.raises(PreconditionFailed):
        repository.update(read, {"local_avg": Decimal(5)}, only_if_same=True)
    with pytest.raises(PreconditionFailed):
        repository.delete(read, only_if_same=True)
    assert repository.get(*record().key) == record()


@pytest.mark.parametrize("name", ["local_avg", "remote_avg"])
def test_a_change_is_bound_to_each_number_that_was_read(repository, name):
    repository.insert(record())
    read = record(**{name: Decimal("77.7")})
    with pytest.raises(PreconditionFailed):
        repository.update(read, {"source": "wired"}, only_if_same=True)
    with pytest.raises(PreconditionFailed):
        repository.delete(read, only_if_same=True)
    assert repository.get(*record().key) == record()


def test_a_change_is_bound_to_the_extra_columns_that_were_read(repository):
    repository.insert(replace(record(), extra=(("batch", "1"),)))
    for extra in ((), (("batch", "2"),), (("batch", "1"), ("shift", "late"))):
        read = replace(record(), extra=extra)
        with pytest.raises(PreconditionFailed):
            repository.update(read, {"source": "wired"}, only_if_same=True)
    read = replace(record(), extra=(("batch", "1"),))
    repository.update(read, {"source": "wired"}, only_if_same=True)


def test_an_update_that_is_bound_to_what_was_read_is_done_while_that_is_the_same(repository):
    repository.insert(record(local_avg=Decimal("1.50")))
    read = record(local_avg=Decimal("1.5"))
    assert (
        repository.update(read, {"source": "wired"}, only_if_same=True).values["source"] == "wired"
    )


def test_a_bound_change_of_what_is_gone_says_so(repository):
    with pytest.raises(NotFound):
        repository.update(record(), {"source": "wired"}, only_if_same=True)
    with pytest.raises(NotFound):
        repository.delete(record(), only_if_same=True)


class Recording:
    """Stands in for the client of DynamoDB: keeps what it is asked, and has nothing."""

    def __init__(self):
        self.asked = []

    def get_item(self, **request):
        self.asked.append(request)
        return {}

    def query(self, **request):
        self.asked.append(request)
        return {"Items": []}


def test_a_record_is_looked_up_in_what_was_just_written():
    client = Recording()
    RecordRepository(client, "table", MESSAGE).lookup("2019-05-28", "10:55")
    assert [request["ConsistentRead"] for request in client.asked] == [True, True]


def test_lists_are_read_at_half_the_price():
    client = Recording()
    RecordRepository(client, "table", MESSAGE).page(Query("2019-05-28"), 10)
    assert [request["ConsistentRead"] for request in client.asked] == [False]


@pytest.mark.parametrize("time", ["9" * 5000, "10:55:09#" + "\U0001f600" * 500])
def test_no_longer_key_is_asked_for_than_dynamodb_takes(time):
    client = Recording()
    repository = RecordRepository(client, "table", MESSAGE)
    repository.page(Query(DATE, time_from=time, time_to="99"), 10)
    repository.page(Query(DATE, time_to=time), 10)
    repository.lookup(DATE, time)
    ends = [one["S"] for request in client.asked for one in _values(request) if "S" in one]
    assert len(client.asked) == 3  # no record can have such a time
    assert max(len(end.encode()) for end in ends) <= 1024


def _values(request):
    return request["ExpressionAttributeValues"].values()
