"""Each write marks its days, before it changes the table."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import Conflict, PreconditionFailed, ServiceError
from messages_app.models import Day, OpenWrite
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.store import day_index
from messages_app.store.conditional.taking_back import Reversal
from messages_app.store.noted import marks, open_writes
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import MOMENT, record
from tests.messages_app.retention.days import ago, finish, keep, record_of
from tests.messages_app.store.unreliable import Unreliable, refused

pytestmark = pytest.mark.django_db

DATE = "2019-05-28"
WRITES = ("put_item", "update_item", "delete_item", "batch_execute_statement")


def mark(date=DATE):
    return Day.objects.filter(date=date).values_list("mark", flat=True).first()


def other():
    return record(local_avg=Decimal(7), origin=Origin("another", 2))


WAYS = {
    "insert": lambda it, _: it.insert(record(MOMENT + 1)),
    "insert many": lambda it, _: it.insert_many([record(MOMENT + 1)], "keep", Deadline(9)),
    "replace": lambda it, _: it.insert_many([other()], "replace", Deadline(9)),
    "in parts": lambda it, _: list(it.insert_in_parts([other()], "keep", Deadline(9))),
    "update": lambda it, one: it.update(one, {"local_avg": Decimal(8)}),
    "delete": lambda it, one: it.delete(one),
    "take back": lambda it, one: it.take_back([Reversal(one)], Deadline(9)),
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_a_day_is_marked_before_the_table_changes(repository, write):
    """By then it is marked, though the table takes nothing."""
    one = record()
    repository.insert(one)
    day_index.register(["2019-05-29"])
    before, elsewhere = mark(), mark("2019-05-29")
    refusals = {name: [refused("ValidationException")] * 9 for name in WRITES}
    client = Unreliable(dynamodb_client(), **refusals)

    with suppress(ServiceError):
        write(RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE), one)

    assert set(client.calls) & set(WRITES)
    assert mark() != before
    assert mark("2019-05-29") == elsewhere
    assert [found.values for found in repository.all(Query(is_consistent=True))] == [one.values]


def test_a_write_that_comes_too_late_leaves_its_mark(repository):
    one = record()
    repository.insert(one)
    repository.update(one, {"local_avg": Decimal(8)})
    before = mark()
    with pytest.raises(PreconditionFailed):
        repository.update(one, {"local_avg": Decimal(9)}, only_if_same=True)
    assert mark() != before


def test_a_day_that_is_registered_anew_has_another_mark(aws):
    day_index.register([DATE])
    before = mark()
    day_index.replace({DATE: 3})
    assert mark() != before


def test_days_that_expire_are_marked_and_those_that_come_to_light_again(repository):
    repository.insert(record_of(40))
    repository.insert(record_of(1))
    keep(30)
    finish()
    before = mark(ago(1))
    keep(60)
    assert mark(ago(1)) != before


def test_counts_go_up_and_down_for_many_days_in_one_statement(django_assert_num_queries):
    dates = [f"2020-01-{day:02}" for day in range(1, 31)]
    day_index.register(dates)
    before = mark(dates[0])
    with django_assert_num_queries(1):
        day_index.add({date: number - 3 for number, date in enumerate(dates)})
    counts = Day.objects.order_by("date").values_list("count", flat=True)
    assert list(counts) == [number - 3 for number in range(30)]
    assert mark(dates[0]) == before


def test_registering_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        day_index.register([DATE, "2019-05-29"])
    with django_assert_num_queries(1):
        day_index.register([DATE, "2019-05-30"])
    assert Day.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_processes_that_register_and_count_days_at_once_lose_nothing():
    def work(number):
        try:
            for _ in range(5):
                day_index.register([DATE, f"2019-06-{number:02}"])
                day_index.add({DATE: 1, f"2019-06-{number:02}": number})
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:  # each with a connection of its own, as processes have
        list(threads.map(work, range(1, 7)))
    counts = dict(Day.objects.values_list("date", "count"))
    assert counts == {DATE: 30, **{f"2019-06-{number:02}": 5 * number for number in range(1, 7)}}


def is_written(date=DATE):
    return Day.objects.filter(date=date).annotate(found=open_writes.of_a_day()).get().found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_a_write_is_noted_until_the_table_has_answered(repository, write):
    one = record()
    repository.insert(one)
    noted = []

    class Looking(Unreliable):
        def __getattr__(self, name):
            if name in WRITES:
                noted.append(is_written())
                if threading.current_thread() is not threading.main_thread():
                    connection.close()
            return super().__getattr__(name)

    write(RecordRepository(Looking(dynamodb_client()), settings.MESSAGES_TABLE, MESSAGE), one)
    assert noted
    assert all(noted)
    assert not is_written()


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_a_write_that_a_service_failed_stays_noted(repository, write):
    """It may have been done, or be done yet."""
    one = record()
    repository.insert(one)
    failures = {name: [refused("ValidationException")] * 9 for name in WRITES}
    client = Unreliable(dynamodb_client(), **failures)
    with suppress(ServiceError):
        write(RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE), one)
    assert is_written()
    OpenWrite.objects.update(
        begun_at=F("begun_at") - timedelta(seconds=settings.VISIBILITY_SECONDS)
    )
    assert not is_written()
    open_writes.forget_dead()
    assert not OpenWrite.objects.exists()


def test_a_write_that_the_table_refused_is_over(repository):
    one = record()
    repository.insert(one)
    with pytest.raises(Conflict):
        repository.insert(other())
    repository.update(one, {"local_avg": Decimal(8)})
    with pytest.raises(PreconditionFailed):
        repository.delete(one, only_if_same=True)
    assert not is_written()


def test_a_write_concerns_the_days_from_its_first_to_its_last(aws):
    day_index.register([DATE, "2019-05-29", "2019-05-30", "2019-05-31"])
    with open_writes.noted(["2019-05-30", "2019-05-29"]), open_writes.noted([DATE], "climate"):
        found = [is_written(f"2019-05-{day}") for day in (28, 29, 30, 31)]
    assert found == [False, True, True, False]


def test_when_all_days_are_counted_anew_any_may_be_written(aws):
    day_index.replace({DATE: 3})
    assert is_written()


def test_the_time_of_a_mark_is_that_of_the_database(aws):
    day_index.register([DATE])
    minute = timedelta(seconds=60)
    now = timezone.now()
    assert Day.objects.filter(changed_at__range=(now - minute, now + minute)).count() == 1


def test_when_all_days_are_marked_any_may_be_written():
    day_index.register([DATE, "2019-05-29"])
    before = mark(), mark("2019-05-29")
    marks.mark_all("messages")
    assert is_written()
    assert mark() != before[0]
    assert mark("2019-05-29") != before[1]


def test_marking_takes_one_statement_and_noting_two(django_assert_num_queries):
    dates = ["2019-05-29", DATE]
    day_index.register(dates)
    with django_assert_num_queries(2):
        marks.mark_all("messages")
    for some in (dates, dates[:1]):
        with django_assert_num_queries(3), marks.changing(some, "messages"):
            pass


@pytest.mark.parametrize(("count", "is_ordered"), [(1, False), (2, True), (3, True)])
def test_several_days_are_locked_in_their_order(django_assert_num_queries, count, is_ordered):
    dates = [f"2019-05-{day}" for day in range(28, 28 + count)]
    with django_assert_num_queries(3) as asked, marks.changing(dates, "messages"):
        pass
    assert ("ORDER BY" in asked.captured_queries[1]["sql"]) == is_ordered


def test_a_write_of_nothing_is_not_noted(django_assert_num_queries):
    with django_assert_num_queries(0), open_writes.noted([]):
        pass
