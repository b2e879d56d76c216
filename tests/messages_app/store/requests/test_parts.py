"""Bulk inserts that tell of their rows in parts: when a part ends, and what is known behind a
failure. Time is made up, and DynamoDB answers as told."""

from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import DIGEST_LENGTHS, Origin
from messages_app.store.bulk_insert import BulkInsert
from messages_app.store.items import item_of
from messages_app.store.pacing import Pace
from tests.common.clock import Clock
from tests.messages_app.records import MOMENT, record
from tests.messages_app.store.requests.made_up import THROTTLED, inserted
from tests.messages_app.store.unreliable import Told, Unreliable, refused


def row(line, avg=1, *, import_id="one", second=0):
    return record(MOMENT + second, local_avg=Decimal(avg), origin=Origin(import_id, line))


def parts_of(bulk_insert, rows):
    """What each part tells, and the code of the error behind them."""
    parts = []
    try:
        for part in bulk_insert.parts(rows):
            parts.append({place: result.outcome for place, result in part.items()})  # noqa: PERF401
    except ServiceError as failure:
        return parts, failure.code
    return parts, ""


def in_made_up_time(client, clock, rows, seconds=100):
    deadline, pace = Deadline(seconds, clock), Pace(clock, clock.sleep)
    return parts_of(BulkInsert(client, "table", MESSAGE, "keep", deadline, pace), rows)


@pytest.mark.parametrize("attempt", range(4))
def test_where_nothing_is_taken_it_ends_after_a_share_of_the_time(attempt):
    clock = Clock()
    client = Told(batch_execute_statement=[THROTTLED] * 1000)
    told = in_made_up_time(client, clock, [row(2)])
    assert told == ([{}], "ThrottlingException")
    assert 10 < clock.now <= 40


@pytest.mark.parametrize(("took", "requests"), [(89, 2), (91, 1)])
def test_with_a_tenth_of_the_time_left_nothing_more_is_begun(took, requests):
    clock = Clock()

    class Slow(Told):
        def __getattr__(self, name):
            clock.now = float(took)
            return super().__getattr__(name)

    client = Slow(batch_execute_statement=[inserted("", "InternalServerError"), inserted("")])
    parts, code = in_made_up_time(client, clock, [row(2), row(3, second=1)])
    assert parts[0] == {0: "written"}
    assert parts[1:] == ([{1: "written"}] if requests == 2 else [])
    assert code == ("" if requests == 2 else "InternalServerError")
    assert len(client.asked) == requests


@pytest.fixture
def bulk_insert(aws):
    def bulk_insert(policy="keep", keep_aside=None, **faults):
        client = Unreliable(dynamodb_client(), **faults)
        of_table = (client, settings.MESSAGES_TABLE, MESSAGE, policy, Deadline(10))
        return client, BulkInsert(*of_table, keep_aside=keep_aside)

    return bulk_insert


@pytest.fixture
def store(aws):
    def store(*records):
        for one in records:
            item = item_of(one, MESSAGE)
            dynamodb_client().put_item(TableName=settings.MESSAGES_TABLE, Item=item)

    return store


def test_what_was_written_is_told_though_the_others_cannot_be_compared(bulk_insert, store):
    store(row(2, avg=9))
    _, it = bulk_insert(batch_get_item=[refused("AccessDeniedException")])
    rows = [row(2, import_id="two"), row(3, import_id="two", second=1)]
    assert parts_of(it, rows) == ([{1: "written"}], "AccessDeniedException")


def test_what_was_replaced_is_told_though_another_cannot_be(bulk_insert, store):
    store(row(2, avg=9), row(3, avg=9, second=1))
    client, it = bulk_insert("replace", put_item=[refused("AccessDeniedException")])
    rows = [row(2, import_id="two"), row(3, import_id="two", second=1)]
    [told], code = parts_of(it, rows)
    assert (list(told.values()), code) == (["replaced"], "AccessDeniedException")
    assert client.calls.count("put_item") == 2


def test_rows_of_one_key_take_no_round_more_than_they_need(bulk_insert):
    client, it = bulk_insert()
    parts, _ = parts_of(it, [row(2, avg=1), row(3, avg=2)])
    assert parts == [{0: "written"}, {1: "kept"}]
    assert Counter(client.calls) == {"batch_execute_statement": 2, "batch_get_item": 1}


@pytest.mark.parametrize(("policy", "calls"), [("keep", 0), ("reject", 0), ("replace", 1)])
def test_what_is_replaced_is_kept_aside_at_once_and_nothing_else_is(
    bulk_insert, store, policy, calls
):
    theirs = [row(2, avg=9), row(3, avg=9, second=1)]
    store(*theirs)
    aside: list[object] = []
    _, it = bulk_insert(policy, aside.append)
    it.run([row(2, import_id="two"), row(3, import_id="two", second=1)])
    assert aside == [[item_of(one, MESSAGE) for one in theirs]] * calls


@pytest.mark.parametrize("edited", range(5))
def test_each_edited_record_beside_a_key_makes_the_suffix_longer(bulk_insert, store, edited):
    mine = row(2, avg=5, import_id="two")
    lengths = DIGEST_LENGTHS[:edited]
    store(row(9), *(row(8, avg=7).with_time(mine.with_conflict_suffix(n).time) for n in lengths))
    _, it = bulk_insert()
    [result] = it.run([mine])
    if edited == len(DIGEST_LENGTHS):
        assert result.outcome == "key_conflict"
    else:
        assert result.outcome == "kept"
        assert result.key == mine.with_conflict_suffix(DIGEST_LENGTHS[edited]).key
