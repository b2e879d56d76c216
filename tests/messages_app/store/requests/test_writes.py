"""What is written to DynamoDB in batches, and what is made of its answers."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.store.batch_requests import Table, out_of_time
from messages_app.store.items import item_of
from messages_app.store.pacing import Pace
from messages_app.store.partitions.partitioning import PLAIN, Partitioning
from tests.common.clock import Clock
from tests.messages_app.records import MOMENT, record
from tests.messages_app.store.requests.made_up import (
    THROTTLED,
    inserted,
    table_of,
)
from tests.messages_app.store.unreliable import Told, error

DAY = 86_400


@pytest.fixture
def pool():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.mark.parametrize("partitioning", [PLAIN, Partitioning(4)])
def test_a_refused_row_slows_down_its_partition_alone(pool, partitioning):
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    answers = [THROTTLED, inserted(""), inserted("")]
    client = Told(batch_execute_statement=answers)
    table = table_of(client, partitioning, pace, Deadline(10, clock))
    table.insert(pool, [record()], Deadline(10, clock))
    assert pace.is_needed
    until = Deadline(0, clock)
    others = {"2019-05-29": 1} | ({"2019-05-28": 1} if partitioning.count > 1 else {})
    assert pace.wait(others, until)
    assert not pace.wait({partitioning.partition(record().key): 1}, until)


def test_rows_of_several_days_are_sent_in_their_order(pool):
    rows = [record(MOMENT + second + DAY * (second % 2)) for second in range(6)]
    client = Told(batch_execute_statement=[inserted(*[""] * 6)])
    table_of(client).insert(pool, rows, Deadline(10))
    [(_, request)] = client.asked
    keys = [tuple(value["S"] for value in one["Parameters"][:2]) for one in request["Statements"]]
    assert keys == [row.key for row in rows]


def test_a_replacement_counts_as_one_row_for_the_pace():
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    client = Told(put_item=[THROTTLED, *[{}] * 101])
    table = table_of(client, pace=pace, deadline=Deadline(10, clock))
    for _ in range(101):
        assert table.replace(record(), record())
    # Behind the first refusal 500 a second, more or less.
    assert 0.15 < clock.now < 0.25


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDeniedException", 400), ("ConditionalCheckFailedException", 400)]
)
def test_a_replacement_that_is_refused_for_good_is_not_sent_again(code, status):
    client = Told(put_item=[error(code, status)])
    table = table_of(client)
    if code.startswith("Conditional"):
        assert not table.replace(record(), record())
    else:
        with pytest.raises(ServiceError) as caught:
            table.replace(record(), record())
        assert (caught.value.code, caught.value.permanent) == (code, True)
    assert len(client.asked) == 1


def test_a_replacement_is_held_back_until_it_is_too_late():
    clock = Clock()
    client = Told(put_item=[THROTTLED] * 1000)
    table = table_of(client, pace=Pace(clock, clock.sleep), deadline=Deadline(5, clock))
    with pytest.raises(ServiceError) as caught:
        table.replace(record(), record())
    assert caught.value.code == "ThrottlingException"
    assert 2 < len(client.asked) < 50
    assert clock.now <= 5


def test_each_row_has_its_own_answer(pool):
    codes = ("", "DuplicateItem", "ConditionalCheckFailed", "AccessDenied")
    rows = [record(MOMENT + second) for second in range(4)]
    client = Told(batch_execute_statement=[inserted(*codes)])
    done = table_of(client).insert(pool, rows, Deadline(10))
    assert done.is_new == [True, False, False, None]
    assert done.error is not None
    assert (done.error.code, done.error.permanent) == ("AccessDenied", True)
    assert str(done.error) == "DynamoDB could not insert records: AccessDenied: told so"


def test_a_batch_that_fails_until_time_is_up_ends_the_work(pool):
    client = Told(batch_execute_statement=[error("InternalServerError", 500)])
    table = table_of(client, deadline=Deadline(0))
    done = table.insert(pool, [record()], Deadline(10))
    assert done.error is not None
    assert (done.error.code, done.is_new) == ("InternalServerError", [None])


def test_a_record_that_was_edited_since_it_was_seen_is_not_replaced(aws):
    client = dynamodb_client()
    seen, edited = (record(origin=Origin("one", 2), local_avg=Decimal(avg)) for avg in (1, 2))
    client.put_item(TableName=settings.MESSAGES_TABLE, Item=item_of(edited, MESSAGE))
    table = Table(client, settings.MESSAGES_TABLE, MESSAGE, Deadline(10))
    mine = record(origin=Origin("two", 2), local_avg=Decimal(3))
    assert not table.replace(mine, seen)
    assert table.replace(mine, edited)


def test_an_equal_record_of_somewhere_else_is_not_replaced(aws):
    """What is counted of an import goes by where the record came from."""
    client = dynamodb_client()
    seen, other = (record(origin=Origin(name, 2)) for name in ("one", "other"))
    client.put_item(TableName=settings.MESSAGES_TABLE, Item=item_of(other, MESSAGE))
    table = Table(client, settings.MESSAGES_TABLE, MESSAGE, Deadline(10))
    mine = record(origin=Origin("two", 2), local_avg=Decimal(3))
    assert not table.replace(mine, seen)
    assert table.replace(mine, other)


def test_work_that_ran_out_of_time_may_be_done_later():
    assert not out_of_time("insert records").permanent
