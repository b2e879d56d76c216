"""Records move in transactions: what becomes of one that was changed, or whose place is taken."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import item_of, key_item
from messages_app.store.partitions.moving import Move
from messages_app.store.partitions.partitioning import Partitioning, partition_of
from tests.messages_app.records import MOMENT, record

TABLE = "table"
PARTITIONING = Partitioning(4, before=1)
# Why an action of a transaction was not done.
FREE, NOT_MET = "None", "ConditionalCheckFailed"
TAKEN, CHANGED = [NOT_MET, FREE], [FREE, NOT_MET]


def error_of(code, *reasons):

    response = {
        "Error": {"Code": code, "Message": "told so"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(response, "operation")


def cancelled(*reasons):
    return error_of("TransactionCanceledException", *reasons)


class Client:
    """Answers transactions and deletions as it is told, and then does them; ``there`` is the item
    under any key that is asked for."""

    def __init__(self, *transactions, deletion=None, there=None):
        self._transactions = list(transactions)
        self._deletion = deletion
        self._there = there
        self.moved, self.deleted, self.read = [], [], []

    def transact_write_items(self, TransactItems):  # noqa: N803 - as boto3 has it
        if self._transactions and (error := self._transactions.pop(0)):
            raise error
        self.moved.append([one["Put"]["Item"] for one in TransactItems[::2]])

    def delete_item(self, **request):
        self.deleted.append(request["Key"])
        if self._deletion:
            raise self._deletion

    def batch_get_item(self, RequestItems):  # noqa: N803
        self.read.append(RequestItems[TABLE])
        if isinstance(self._there, Exception):
            raise self._there
        return {"Responses": {TABLE: [self._there]}}


def move(client, seconds=30):
    return Move(client, TABLE, MESSAGE, PARTITIONING, Deadline(seconds))


def items(count, **values):
    """As they were before."""
    return [item_of(record(MOMENT + number, **values), MESSAGE) for number in range(count)]


def placed(item, time=None):
    moved = dict(item) if time is None else {**item, "time": {"S": time}}
    return PARTITIONING.place(moved)


def test_what_is_as_it_was_read_moves_in_one_transaction():
    client = Client()
    move(client).many(items(3))
    assert client.moved == [[placed(one) for one in items(3)]]
    assert client.deleted == []


@pytest.mark.parametrize(
    "reason", [cancelled(FREE, FREE, *CHANGED), error_of("ValidationException")]
)
def test_where_that_cannot_be_each_moves_in_its_own(reason):
    client = Client(reason)
    move(client).many(items(2))
    assert client.moved == [[placed(one)] for one in items(2)]


def test_what_may_pass_is_not_tried_one_by_one():
    client = Client(error_of("InternalServerError"))
    with pytest.raises(ServiceError) as caught:
        move(client, seconds=0).many(items(2))
    assert not caught.value.permanent
    assert client.moved == []


@pytest.mark.parametrize(
    "passing",
    [
        error_of("ThrottlingException"),
        cancelled(FREE, "TransactionConflict"),
        ReadTimeoutError(endpoint_url="http://dynamodb"),
    ],
)
def test_what_may_pass_is_tried_again(passing):
    client = Client(passing)
    (item,) = items(1)
    assert move(client).one(item)
    assert client.moved == [[placed(item)]]


@pytest.mark.parametrize(
    ("reason", "code", "is_permanent"),
    [
        (cancelled(FREE, "ThrottlingError"), "ThrottlingError", False),
        (cancelled(FREE, "ValidationError"), "TransactionCanceledException", True),
        (error_of("AccessDeniedException"), "AccessDeniedException", True),
    ],
)
def test_an_error_tells_whether_it_may_pass(reason, code, is_permanent):
    with pytest.raises(ServiceError) as caught:
        move(Client(reason), seconds=0).one(items(1)[0])
    assert (caught.value.code, caught.value.permanent) == (code, is_permanent)
    assert caught.value.__cause__ is reason


def test_a_record_that_was_changed_stays():
    client = Client(cancelled(*CHANGED))
    assert not move(client).one(items(1)[0])
    assert (client.moved, client.deleted, client.read) == ([], [], [])


def test_beside_a_different_one_a_record_is_kept_with_the_first_digest_that_is_free():
    (item,) = items(1)
    client = Client(cancelled(*TAKEN), cancelled(*TAKEN), there=items(1, location="other")[0])
    assert move(client).one(item)
    kept = record().with_conflict_suffix(12)
    assert client.moved == [[placed(item, kept.time)]]
    assert client.deleted == []
    assert [one["ConsistentRead"] for one in client.read] == [True, True]
    times = [record().time, record().with_conflict_suffix(6).time]
    assert [one["Keys"] for one in client.read] == [
        [key_item((partition_of(record().key, 4), time))] for time in times
    ]


def test_an_equal_one_makes_a_record_needless():
    (item,) = items(1)
    client = Client(cancelled(*TAKEN), there=item)
    assert move(client).one(item)
    assert client.moved == []
    assert client.deleted == [key_item(record().key)]


def taken(**options):
    (item,) = items(1)
    client = Client(cancelled(*TAKEN), **{"there": item} | options)
    return move(client).one(item)


def test_a_needless_one_that_was_changed_meanwhile_stays():
    assert taken(deletion=error_of("ConditionalCheckFailedException"))


@pytest.mark.parametrize("where", ["deletion", "there"])
def test_what_fails_beside_the_transaction_is_told(where):
    with pytest.raises(ServiceError) as caught:
        taken(**{where: error_of("AccessDeniedException")})
    assert caught.value.code == "AccessDeniedException"


def test_records_are_brought_from_where_they_were():
    """Those that are in place are not looked for, and what was changed meanwhile is read anew."""
    partitioning = Partitioning(2, before=3)
    keys = [record(MOMENT + number).key for number in range(8)]
    away = [key for key in keys if partition_of(key, 2) != partition_of(key, 3)]
    assert 0 < len(away) < len(keys)
    answers = [items(1), items(2), []]
    asked = []

    def read(wanted):
        asked.append(wanted)
        return answers.pop(0)

    client = Client()
    Move(client, TABLE, MESSAGE, partitioning, Deadline(30)).bring(keys, read)
    assert asked == [[key_item((partition_of(key, 3), key[1])) for key in away]] * 3
    assert [len(moved) for moved in client.moved] == [1, 2]


def test_where_all_are_in_place_nothing_is_read():
    partitioning = Partitioning(1, before=1)
    Move(Client(), TABLE, MESSAGE, partitioning, Deadline(30)).bring([record().key], pytest.fail)
