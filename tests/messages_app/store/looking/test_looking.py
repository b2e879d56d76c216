"""Many rows are looked for before they are inserted: what is there costs no insert in vain."""

import random
from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import CONFLICT_SEPARATOR, Origin
from messages_app.store.bulk_insert import ON_CONFLICT
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import MOMENT, record
from tests.messages_app.store.unreliable import Unreliable, refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
DAY = 86_400


def rows(seconds, import_id="one", avg=1, start=MOMENT):
    return [
        record(start + second, local_avg=Decimal(avg), origin=Origin(import_id, line))
        for line, second in enumerate(seconds, start=2)
    ]


class Table:
    """The table through a client that counts."""

    def __init__(self, **faults):
        self.client = Unreliable(dynamodb_client(), **faults)
        self._repository = RecordRepository(self.client, settings.MESSAGES_TABLE, MESSAGE)

    def insert(self, records, policy="keep"):
        """How often each outcome was, and what was asked of DynamoDB."""
        self.client.calls.clear()
        placed = self._repository.insert_many(records, policy, Deadline(30))
        return Counter(one.outcome for one in placed), Counter(self.client.calls)

    def records(self, date):
        """Time, a value and line of each; the digest of one that is kept beside is its day's."""
        return sorted(
            (one.time.partition(CONFLICT_SEPARATOR)[0], one.values["local_avg"], one.origin.line)
            for one in self._repository.all(Query(date))
        )


@pytest.fixture
def table(aws):
    return Table()


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_rows_that_are_there_cost_one_query_and_no_insert(table, policy):
    table.insert(rows(range(40)))
    written, asked = table.insert(rows(range(40), "two"), policy)
    assert written == {"unchanged": 40}
    assert asked["query"] == 1
    assert "batch_execute_statement" not in asked
    assert "batch_get_item" not in asked


def test_new_rows_cost_one_query_more(table):
    assert table.insert(rows(range(50))) == (
        {"written": 50},
        {"query": 1, "batch_execute_statement": 2},
    )


def test_of_rows_that_are_there_in_part_the_others_are_inserted(table):
    table.insert(rows(range(0, 50, 2)))
    written, asked = table.insert(rows(range(50), "two"))
    assert written == {"unchanged": 25, "written": 25}
    assert asked == {"query": 1, "batch_execute_statement": 1}


def test_rows_that_one_request_inserts_are_not_looked_for(table):
    _, asked = table.insert(rows(range(24)))
    assert asked == {"batch_execute_statement": 1}


def test_rows_of_many_days_are_not_looked_for_day_by_day(table):
    _, asked = table.insert(rows(range(0, 30 * DAY, DAY)))
    assert asked == {"batch_execute_statement": 2}


def test_where_most_records_between_are_others_it_is_not_read_on(table):
    table.insert(rows(range(400)))
    few = rows(range(0, 400, 13), "two", start=MOMENT + Decimal("0.5"))
    assert table.insert(few) == ({"written": 31}, {"query": 1, "batch_execute_statement": 2})


def test_where_many_records_are_rows_it_is_read_to_the_end(table):
    table.insert(rows(range(200)))
    written, asked = table.insert(rows(range(0, 200, 2), "two"))
    assert (written, asked) == ({"unchanged": 100}, {"query": 2})


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_a_table_that_cannot_be_looked_at_is_written_to_all_the_same(aws, policy):
    blind = Table(query=[refused("AccessDeniedException")] * 2)
    blind.insert(rows(range(30)))
    written, asked = blind.insert(rows(range(50), "two"), policy)
    assert written == {"unchanged": 30, "written": 20}
    assert asked["batch_execute_statement"] == 2


@pytest.mark.parametrize("policy", ON_CONFLICT)
@pytest.mark.parametrize("seed", range(5))
def test_looking_makes_no_difference_to_what_becomes_of_rows(aws, policy, seed):
    """Of two days that hold the same, one is written to without looking."""
    chance = random.Random(seed)
    there = chance.sample(range(120), 80)
    coming = [chance.choice(range(120)) for _ in range(90)]
    values = [chance.choice((1, 2)) for _ in coming]
    outcomes = []
    for start, faults in ((MOMENT, []), (MOMENT + DAY, [refused("AccessDeniedException")] * 2)):
        before = rows(there, avg=1, start=start)
        rows_again = [
            record(start + second, local_avg=Decimal(value), origin=Origin("two", line))
            for line, (second, value) in enumerate(zip(coming, values, strict=True), start=2)
        ]
        table = Table(query=faults)
        table.insert(before)
        written, _ = table.insert(rows_again, policy)
        outcomes.append((written, table.records(before[0].date)))
    assert outcomes[0] == outcomes[1]
