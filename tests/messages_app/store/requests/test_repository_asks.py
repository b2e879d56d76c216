"""What the repository asks the table for where it is about single records, word by word."""

from dataclasses import replace
from decimal import Decimal

import pytest

from common.deadline import Deadline
from common.errors import Conflict, NotFound, PreconditionFailed, ServiceError
from messages_app.models import Day, ExtraKept
from messages_app.schema.builtin import MESSAGE
from messages_app.store import day_index
from messages_app.store.expiring import retention
from messages_app.store.items import item_of, key_item
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import record
from tests.messages_app.retention.days import ago, record_of
from tests.messages_app.store.unreliable import error

pytestmark = pytest.mark.django_db
TABLE = "table"
WRITES = {"put_item", "update_item", "delete_item", "batch_execute_statement"}
NOT_MET = error("ConditionalCheckFailedException")


class Client:
    """Keeps what it is asked. Every read finds these records; a write is refused as told."""

    def __init__(self, *found, refusal=None):
        self._items = [item_of(one, MESSAGE) for one in found]
        self._refusal = refusal
        self.asked = []

    def _answer(self, operation, request):
        self.asked.append((operation, request))
        if operation in WRITES and self._refusal:
            raise self._refusal
        one = {"Item": self._items[0]} if self._items and operation == "get_item" else {}
        return one | {
            "Items": self._items,
            "Responses": {TABLE: self._items},
            "Attributes": self._items[0] if self._items else {},
        }

    def __getattr__(self, name):
        return lambda **request: self._answer(name, request)

    def calls(self, operation):
        return [request for name, request in self.asked if name == operation]


def repository_of(client):
    return RecordRepository(client, TABLE, MESSAGE)


def counts():
    return dict(Day.objects.values_list("date", "count"))


@pytest.fixture
def for_thirty_days():
    retention.known.hold({"messages": 30})


def test_a_lookup_has_up_to_twenty_records():
    client = Client()
    repository_of(client).lookup("2019-05-28", "10")
    assert [one["Limit"] for one in client.calls("query")] == [21]
    assert [one["ConsistentRead"] for _, one in client.asked] == [True, True]


def test_what_has_its_exact_key_is_not_looked_for_any_further():
    client = Client(record())
    assert repository_of(client).lookup(*record().key) == [record()]
    assert [name for name, _ in client.asked] == ["get_item"]


def test_of_the_neighbours_no_more_is_read_than_tells_of_them():
    client = Client(record())
    assert repository_of(client).neighbours(record().key) == (record(), record())
    asked = client.calls("query")
    assert [one["Limit"] for one in asked] == [2, 2]
    assert [one["ScanIndexForward"] for one in asked] == [False, True]
    assert [one["ExclusiveStartKey"] for one in asked] == [key_item(record().key)] * 2


def test_where_there_are_no_neighbours_there_are_none():
    assert repository_of(Client()).neighbours(record().key) == (None, None)


@pytest.mark.usefixtures("for_thirty_days")
@pytest.mark.parametrize(("days", "is_there"), [(30, True), (31, False)])
def test_what_has_expired_is_not_there_whatever_the_table_has(days, is_there):
    one = record_of(days)
    repository = repository_of(Client(one))
    expected = [one] if is_there else []
    assert repository.get(*one.key) == (one if is_there else None)
    assert repository.scan() == (expected, None)
    assert list(repository.stored_under([one], Deadline(9))) == [it.key for it in expected]


def test_what_was_found_by_a_range_is_not_read_once_more():
    rows = [record_of(1, second) for second in range(30)]
    client = Client(*rows)
    found = repository_of(client).stored_under(rows, Deadline(9))
    assert found == {one.key: one for one in rows}
    assert {name for name, _ in client.asked} == {"query"}


def test_what_no_range_found_is_read_by_its_key():
    client = Client(record())
    assert repository_of(client).stored_under([record()], Deadline(9)) == {record().key: record()}
    (asked,) = client.calls("batch_get_item")
    assert asked["RequestItems"][TABLE]["Keys"] == [key_item(record().key)]
    assert repository_of(Client()).stored_under([record()], Deadline(9)) == {}


def test_a_scan_says_where_it_begins_and_how_much_it_wants():
    client = Client()
    repository_of(client).scan()
    repository_of(client).scan(record().key, 7)
    assert client.calls("scan") == [
        {"TableName": TABLE},
        {"TableName": TABLE, "ExclusiveStartKey": key_item(record().key), "Limit": 7},
    ]


@pytest.mark.parametrize(("limit", "looked_at"), [(3, 2 + 8), (None, 501 + 8), (5000, 501 + 8)])
def test_where_days_are_spread_it_goes_over_the_days_instead(limit, looked_at):
    spread.write_down("messages", Partitioning(2))
    day_index.register([record().date])
    client = Client()
    assert repository_of(client).scan(None, limit) == ([], None)
    assert [(name, one["Limit"]) for name, one in client.asked] == [("query", looked_at)] * 2


@pytest.mark.parametrize("found", [[], [record()]])
def test_one_record_tells_that_a_table_is_not_empty(found):
    client = Client(*found)
    assert repository_of(client).is_empty() == (not found)
    assert [one["Limit"] for one in client.calls("scan")] == [1]


def test_an_inserted_record_is_counted_and_a_deleted_one_is_not_any_more():
    repository = repository_of(Client())
    repository.insert(record())
    repository.insert(record())
    assert counts() == {record().date: 2}
    repository.delete(record())
    assert counts() == {record().date: 1}


def test_an_equal_record_is_not_counted_again():
    assert repository_of(Client(record(), refusal=NOT_MET)).insert(record()) is False
    assert counts() == {record().date: 0}


def test_a_record_whose_key_was_taken_and_is_free_again_is_a_conflict():
    with pytest.raises(Conflict):
        repository_of(Client(refusal=NOT_MET)).insert(record())


def test_other_refusals_are_told_as_they_are():
    with pytest.raises(ServiceError) as caught:
        repository_of(Client(refusal=error("AccessDeniedException"))).insert(record())
    assert caught.value.code == "AccessDeniedException"
    assert counts() == {record().date: 0}


EXTRA = replace(record(), extra=(("batch", "1"),))
WAYS = {
    "insert": lambda it: it.insert(EXTRA),
    "many": lambda it: it.insert_many([EXTRA], "keep", Deadline(9)),
    "in parts": lambda it: list(it.insert_in_parts([EXTRA], "keep", Deadline(9))),
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_of_what_may_have_been_written_the_day_is_known_and_that_it_has_extra_columns(write):
    repository = repository_of(Client(refusal=error("AccessDeniedException")))
    with pytest.raises(ServiceError):
        write(repository)
    assert list(counts()) == [EXTRA.date]
    assert list(ExtraKept.objects.values_list("kind", flat=True)) == ["messages"]


def test_values_are_set_and_taken_away():
    client = Client(record())
    changes = {"source": "wired", "location": None, "local_avg": Decimal(5), "local_dest": None}
    assert repository_of(client).update(record(), changes) == record()
    (asked,) = client.calls("update_item")
    assert asked["UpdateExpression"] == "SET #n0 = :n0, #n2 = :n2 REMOVE #n1, #n3"
    assert asked["ExpressionAttributeValues"] == {":n0": {"S": "wired"}, ":n2": {"N": "5"}}
    assert asked["ExpressionAttributeNames"] == {
        "#date": "date",
        **{f"#n{number}": name for number, name in enumerate(changes)},
    }


@pytest.mark.parametrize(
    ("changes", "expression"),
    [({"source": "a"}, "SET #n0 = :n0"), ({"source": None}, "REMOVE #n0")],
)
def test_what_is_not_changed_is_not_spoken_of(changes, expression):
    client = Client(record())
    repository_of(client).update(record(), changes)
    assert [one["UpdateExpression"] for one in client.calls("update_item")] == [expression]


def test_unless_it_is_asked_for_a_change_is_not_bound_to_what_was_read():
    client = Client(record())
    repository_of(client).update(record(), {"source": "a"})
    repository_of(client).delete(record())
    conditions = [one["ConditionExpression"] for _, one in client.asked]
    assert conditions == ["attribute_exists(#date)"] * 2


@pytest.mark.parametrize(("found", "expected"), [([], NotFound), ([record()], PreconditionFailed)])
def test_a_refused_change_tells_whether_the_record_is_gone(found, expected):
    day_index.register([record().date])
    repository = repository_of(Client(*found, refusal=NOT_MET))
    with pytest.raises(expected):
        repository.update(record(), {"source": "a"})
    with pytest.raises(expected):
        repository.delete(record())
    assert counts() == {record().date: 0}


def test_a_page_goes_on_behind_a_key_of_its_partition():
    class Long(Client):
        def _answer(self, operation, request):
            last = {} if "ExclusiveStartKey" in request else {"LastEvaluatedKey": item}
            return super()._answer(operation, request) | last

    item = key_item(record_of(1).key)
    client = Long(record_of(1))
    assert list(repository_of(client).items(Query(ago(1)))) == [item_of(record_of(1), MESSAGE)] * 2
    behind = [one.get("ExclusiveStartKey") for one in client.calls("query")]
    assert behind == [None, item]
