"""Who decides by what the table has, or keeps it, reads what was just written: consistently, at
twice the price. The embedded table always has it, so that the requests have to tell."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from columns import building, files
from columns.checking import compare_day
from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from ingestion.running.ended.by_query import life
from messages_app.kinds.record_kind import BUILTIN
from messages_app.kinds.spreading import moving
from messages_app.schema.record import Origin
from messages_app.store.bulk_insert import OnConflict
from messages_app.store.query import Query
from tests.ingestion.helpers import Tasks
from tests.messages_app.columns.quiet import let_time_pass
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db

DATE = "2019-05-28"
READS = ("GetItem", "BatchGetItem", "Query", "Scan")


@pytest.fixture
def reads(aws: str) -> Iterator[list[tuple[str, bool]]]:
    """The operation of each read of the table, and whether it is consistent."""
    found: list[tuple[str, bool]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in READS:
            asked = params.get("RequestItems", {"": params}).values()
            found.extend((model.name, one.get("ConsistentRead", False)) for one in asked)

    clients = [dynamodb_client(), dynamodb_client("once")]
    for client in clients:
        client.meta.events.register("provide-client-params.dynamodb", note)
    yield found
    for client in clients:
        client.meta.events.unregister("provide-client-params.dynamodb", note)


def rows(import_id: str = "one", avg: int = 1, count: int = 30) -> list[Any]:
    return [
        record(MOMENT + line, local_avg=Decimal(avg), origin=Origin(import_id, line))
        for line in range(2, 2 + count)
    ]


def insert(policy: OnConflict, count: int) -> None:
    BUILTIN.repository.insert_many(rows("two", 2, count), policy, Deadline(30))


def forecast() -> None:
    with BUILTIN.repository.looking(rows(), Deadline(30)) as lookup:
        lookup.at([("2019-05-29", "10:00:00")])


def insert_one() -> None:
    BUILTIN.repository.insert(record(MOMENT + 2, local_avg=Decimal(1)))


def delete_by_query() -> None:
    tasks = Tasks()
    life.ask(BUILTIN, QueryDict(f"date={DATE}"), None, None, tasks)
    tasks.run()


def build_columns() -> None:
    let_time_pass()
    building.build(BUILTIN, DATE, Deadline(30))
    [state] = files.states("messages", DATE, DATE)
    assert compare_day(BUILTIN, state).is_equal


WAYS: dict[str, Callable[[], object]] = {
    "keep": lambda: insert("keep", 30),
    "replace": lambda: insert("replace", 30),
    "few": lambda: insert("replace", 5),
    "forecast": forecast,
    "existing": lambda: BUILTIN.repository.existing(rows(), Deadline(30)),
    "stored under": lambda: BUILTIN.repository.stored_under(rows(), Deadline(30)),
    "insert": insert_one,
    "look up": lambda: BUILTIN.repository.lookup(DATE, "10:55"),
    "delete by query": delete_by_query,
    "columns": build_columns,
    "move": lambda: moving.move_to(BUILTIN, 3, lambda _: None, 0),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_who_decides_by_what_is_read_reads_what_was_just_written(
    reads: list[tuple[str, bool]], way: Callable[[], object]
) -> None:
    BUILTIN.repository.insert_many(rows(), "keep", Deadline(30))
    reads.clear()

    way()

    assert reads
    assert [operation for operation, is_consistent in reads if not is_consistent] == []


def test_pages_of_records_are_read_at_half_the_price(reads: list[tuple[str, bool]]) -> None:
    BUILTIN.repository.insert_many(rows(), "keep", Deadline(30))
    reads.clear()

    BUILTIN.repository.page(Query(DATE), 10)

    assert reads == [("Query", False)]
