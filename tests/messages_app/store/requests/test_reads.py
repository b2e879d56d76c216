"""What is read of DynamoDB in batches and ranges, and where records are that move."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import item_of, key_item
from messages_app.store.looking.ranges import KeyRange
from messages_app.store.partitions.partitioning import Partitioning
from tests.messages_app.records import MOMENT, record
from tests.messages_app.store.requests.made_up import (
    NAME,
    THROTTLED,
    read,
    table_of,
)
from tests.messages_app.store.unreliable import Told


@pytest.fixture
def pool():
    with ThreadPoolExecutor(1) as pool:
        yield pool


def moving(count=4, before=3):
    return Partitioning(count, before)


def one_that_moves(partitioning):
    """A record that two partitionings have in different partitions."""
    records = (record(MOMENT + second) for second in range(100))
    return next(
        one
        for one in records
        if Partitioning(partitioning.before).partition(one.key) != partitioning.partition(one.key)
    )


def keys_asked_for(client):
    return [request["RequestItems"][NAME]["Keys"] for _, request in client.asked]


def test_units_are_those_that_dynamodb_tells_of(pool):
    answers = [read(units=[{"CapacityUnits": 1.5}]), read(units={"CapacityUnits": 2}), read()]
    table = table_of(Told(batch_get_item=answers))
    assert table.units_read == 0
    for total in (1.5, 3.5, 3.5):
        table.get_one(record().key)
        assert table.units_read == total


def test_while_records_move_what_was_found_is_not_asked_for_again(pool):
    partitioning = moving()
    there, other = record(), record(MOMENT + 1)
    client = Told(batch_get_item=[read(item_of(there, MESSAGE)), read()])
    found = table_of(client, partitioning).get(pool, [there.key, other.key])
    assert list(found) == [there.key]
    assert keys_asked_for(client) == [
        [key_item((Partitioning(3).partition(one.key), one.time)) for one in (there, other)],
        [key_item((Partitioning(4).partition(other.key), other.time))],
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_while_records_move_one_is_looked_for_in_both_places(place):
    item = item_of(record(), MESSAGE)
    answers = [*[read()] * min(place, 2), *[read(item)] * (place < 2)]
    client = Told(batch_get_item=answers[:])
    found = table_of(client, moving()).get_one(record().key)
    assert found == (item if place < 2 else None)
    assert len(client.asked) == len(answers)


@pytest.mark.parametrize("is_there", [True, False])
def test_who_changes_a_record_that_is_to_move_moves_it_first(is_there):
    partitioning = moving()
    one = one_that_moves(partitioning)
    item = Partitioning(partitioning.before).place(item_of(one, MESSAGE))
    answers = [read(item), read()] if is_there else [read()]
    client = Told(batch_get_item=answers, transact_write_items=[{}])
    assert table_of(client, partitioning).bring([one.key]) == partitioning
    moves = [request for name, request in client.asked if name == "transact_write_items"]
    assert [move["TransactItems"][0]["Put"]["Item"] for move in moves] == (
        [partitioning.place(item_of(one, MESSAGE))] if is_there else []
    )


def test_where_records_do_not_move_nothing_is_asked_before_a_write():
    client = Told()
    assert table_of(client, Partitioning(4)).bring([record().key]) == Partitioning(4)
    assert client.asked == []


def test_a_read_that_is_throttled_is_sent_again(pool):
    client = Told(batch_get_item=[THROTTLED, read(item_of(record(), MESSAGE))])
    assert list(table_of(client).get(pool, [record().key])) == [record().key]


def test_a_range_that_is_looked_at_reaches_to_what_is_kept_beside_its_last_row(pool):
    rows = [record(MOMENT + second) for second in range(30)]
    copies = [rows[-1].with_conflict_suffix(length) for length in (6, 64)]
    first, *more = (item_of(one, MESSAGE) for one in (rows[0], *copies))
    answer = {"Items": [first], "LastEvaluatedKey": key_item(rows[0].key)}
    client = Told(query=[answer, THROTTLED, {"Items": more}])
    [(keys, found, behind)] = table_of(client).ranges(pool, rows)
    assert isinstance(keys, KeyRange)
    assert keys.first == rows[0].time
    assert max(copy.time for copy in copies) < keys.last
    assert list(found) == [one.key for one in (rows[0], *copies)]
    assert behind == ""
    requests = [request for _, request in client.asked]
    assert "ExclusiveStartKey" not in requests[0]
    assert requests[1] == requests[2]
    assert requests[1]["ExclusiveStartKey"] == key_item(rows[0].key)
    assert requests[0]["ExpressionAttributeValues"][":last"] == {"S": keys.last}
    assert all(request["ConsistentRead"] is True for request in requests)


def test_what_looking_at_ranges_costs_is_counted(pool):
    answer = {"Items": [], "ConsumedCapacity": {"CapacityUnits": 0.5}}
    table = table_of(Told(query=[answer]))
    table.ranges(pool, [record(MOMENT + second) for second in range(30)])
    assert table.units_read == 0.5
