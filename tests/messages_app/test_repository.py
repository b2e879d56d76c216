"""The repository against the embedded DynamoDB."""

from decimal import Decimal

import pytest
from django.conf import settings

from messages_app.aws import dynamodb_client
from messages_app.errors import BadCursor, Conflict, NotFound, ServiceError
from messages_app.record import Origin
from messages_app.repository import MessageRepository, PageQuery
from tests.messages_app.records import record
from tests.messages_app.unreliable import Unreliable, refused

DATE = "2019-05-28"
TEN = 1559037600  # 10:00:00


def store(repository, *times):
    """Records at seconds behind ten o'clock."""
    for seconds in times:
        repository.insert(record(TEN + Decimal(seconds)))


def times(page):
    return [message.time for message in page.messages]


def every_page(repository, query, page_size):
    cursor = None
    while True:
        page = repository.page(query, page_size, cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


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
    beside = record(TEN, local_avg=Decimal(5)).beside(6)
    repository.insert(beside)
    assert repository.lookup(DATE, "10:00:00") == [beside]


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
    assert repository.page(PageQuery(DATE, *ends), 10).messages == []


def test_a_page_has_the_records_of_its_date_in_the_order_of_time(repository):
    store(repository, "5", "0", "2.5", str(24 * 3600))
    page = repository.page(PageQuery(DATE), 10)
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
    page = repository.page(PageQuery(DATE, time_from, time_to), 10)
    expected = ["10:" + ("00:" + one if ":" not in one else one) for one in seconds]
    assert times(page) == expected


def test_the_upper_end_takes_in_records_kept_beside_another(repository):
    beside = record(TEN, local_avg=Decimal(5)).beside(6)
    repository.insert(beside)
    assert times(repository.page(PageQuery(DATE, "", "10:00:00"), 10)) == [beside.time]


def test_filters_ask_for_equal_text_and_equal_numbers(repository):
    repository.insert(record(TEN, location="here", local_avg=Decimal("1.5")))
    repository.insert(record(TEN + 1, location="here", local_avg=Decimal(2)))
    repository.insert(record(TEN + 2, location="there", local_avg=Decimal("1.5")))
    query = PageQuery(DATE, filters={"location": "here", "local_avg": Decimal("1.50")})
    assert times(repository.page(query, 10)) == ["10:00:00"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 8])
def test_pages_have_every_record_once(repository, page_size):
    store(repository, *map(str, range(7)))
    pages = list(every_page(repository, PageQuery(DATE), page_size))
    assert [time for page in pages for time in times(page)] == [
        f"10:00:0{second}" for second in range(7)
    ]
    assert all(len(page.messages) == page_size for page in pages[:-1])


def test_a_full_last_page_is_not_followed_by_an_empty_one(repository):
    store(repository, "0", "1")
    assert repository.page(PageQuery(DATE), 2).cursor is None


@pytest.fixture
def few_at_a_time(aws):
    """A repository that looks at three records a request."""
    return MessageRepository(dynamodb_client(), settings.MESSAGES_TABLE, looked_at_a_request=3)


@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
@pytest.mark.parametrize("looked_at", [2, 3, 1000])
def test_filtered_pages_are_right_when_they_end_amid_what_was_read(aws, page_size, looked_at):
    repository = MessageRepository(
        dynamodb_client(), settings.MESSAGES_TABLE, looked_at_a_request=looked_at
    )
    for second in range(12):
        location = "here" if second not in (0, 1, 5, 6, 7) else "there"
        repository.insert(record(TEN + second, location=location))
    query = PageQuery(DATE, filters={"location": "here"})
    pages = list(every_page(repository, query, page_size))
    expected = [f"10:00:{second:02}" for second in (2, 3, 4, 8, 9, 10, 11)]
    assert [time for page in pages for time in times(page)] == expected
    assert all(len(page.messages) <= page_size for page in pages)


def test_records_that_match_are_found_behind_many_that_do_not(repository):
    for second in range(30):
        repository.insert(record(TEN + second, location="here" if second == 29 else "there"))
    page = repository.page(PageQuery(DATE, filters={"location": "here"}), 1)
    assert times(page) == ["10:00:29"]


def test_a_page_whose_filters_match_little_ends_with_a_cursor_after_some_requests(
    few_at_a_time,
):
    store(few_at_a_time, *map(str, range(30)))
    query = PageQuery(DATE, filters={"location": "elsewhere"})
    page = few_at_a_time.page(query, 2)
    assert page.messages == []
    assert page.cursor is not None


def test_a_cursor_goes_on_behind_a_record_that_was_deleted_meanwhile(repository):
    store(repository, "0", "1", "2")
    first = repository.page(PageQuery(DATE), 1)
    repository.delete(DATE, "10:00:00")
    assert times(repository.page(PageQuery(DATE), 5, first.cursor)) == ["10:00:01", "10:00:02"]


def cursor_of(repository):
    store(repository, "0", "1")
    return repository.page(PageQuery(DATE), 1).cursor


def test_a_cursor_tells_nothing_of_the_key(repository):
    cursor = cursor_of(repository)
    assert DATE not in cursor
    assert "10:00" not in cursor


def test_an_altered_cursor_is_refused(repository):
    cursor = cursor_of(repository)
    other = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    with pytest.raises(BadCursor):
        repository.page(PageQuery(DATE), 1, other)


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "💧", " "])
def test_what_is_no_cursor_is_refused(repository, cursor):
    with pytest.raises(BadCursor):
        repository.page(PageQuery(DATE), 1, cursor)


@pytest.mark.parametrize(
    "query",
    [
        PageQuery("2019-05-29"),
        PageQuery(DATE, time_from="09"),
        PageQuery(DATE, time_to="11"),
        PageQuery(DATE, filters={"location": "location-03"}),
    ],
)
def test_a_cursor_of_another_query_is_refused(repository, query):
    with pytest.raises(BadCursor):
        repository.page(query, 1, cursor_of(repository))


def test_an_update_changes_its_fields_alone_and_gives_back_the_whole(repository):
    repository.insert(record())
    changed = repository.update(*record().key, {"local_avg": Decimal(5), "source": "wired"})
    assert changed == record(local_avg=Decimal(5), source="wired")
    assert repository.get(*record().key) == changed


def test_the_origin_survives_a_replacement(repository):
    origin = Origin("an-import", 7)
    repository.insert(record(origin=origin))
    repository.replace(record(local_avg=Decimal(5)))
    assert repository.get(*record().key) == record(local_avg=Decimal(5), origin=origin)


def test_updating_what_is_not_there_creates_nothing(repository):
    with pytest.raises(NotFound):
        repository.update(*record().key, {"source": "wired"})
    assert repository.get(*record().key) is None


def test_a_deleted_record_is_gone_and_cannot_be_deleted_again(repository):
    repository.insert(record())
    repository.delete(*record().key)
    assert repository.get(*record().key) is None
    with pytest.raises(NotFound):
        repository.delete(*record().key)


def test_a_failure_of_dynamodb_keeps_its_code(repository):
    client = Unreliable(repository._client, get_item=[refused("AccessDeniedException")])
    with pytest.raises(ServiceError) as caught:
        MessageRepository(client, settings.MESSAGES_TABLE).get(DATE, "10:00:00")
    assert caught.value.code == "AccessDeniedException"
    assert caught.value.permanent
