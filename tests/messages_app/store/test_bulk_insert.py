"""Bulk inserts against the embedded DynamoDB: the outcome of each row, and what the table holds."""

from collections import Counter
from decimal import Decimal

import pytest

from common.deadline import Deadline
from messages_app.schema.record import CONFLICT_SEPARATOR, Origin
from messages_app.store.bulk_insert import ON_CONFLICT
from messages_app.store.query import Query
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

DATE = "2019-05-28"


def row(line, avg=1, *, import_id="one", second=0):
    """A row of the import ``of``; rows of one ``second`` have the same key."""
    return record(MOMENT + second, local_avg=Decimal(avg), origin=Origin(import_id, line))


@pytest.fixture
def insert(repository):
    def insert(*rows, policy="keep"):
        placed = repository.insert_many(list(rows), policy, Deadline(10))
        return [one.outcome for one in placed]

    return insert


@pytest.fixture
def table(repository):
    """The averages of the records that the table holds, by time."""

    def table():
        page = repository.page(Query(DATE), 1000)
        return {one.time: int(one.values["local_avg"]) for one in page.records}

    return table


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_new_rows_are_written(insert, table, policy):
    rows = [row(line, avg=line, second=line) for line in range(2, 132)]
    assert insert(*rows, policy=policy) == ["written"] * 130
    assert sorted(table().values()) == list(range(2, 132))


def test_no_rows_have_no_outcomes(insert):
    assert insert() == []


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_equal_rows_of_another_import_are_unchanged(insert, table, policy):
    insert(row(2), row(3, second=1))
    assert (
        insert(row(2, import_id="two"), row(3, import_id="two", second=1), policy=policy)
        == ["unchanged"] * 2
    )
    assert len(table()) == 2


def test_keep_leaves_both_records_of_a_key(insert, table):
    insert(row(2, avg=1))
    assert insert(row(2, avg=2, import_id="two")) == ["kept"]
    plain, conflict_copy = table()
    assert conflict_copy.startswith(plain + CONFLICT_SEPARATOR)
    assert list(table().values()) == [1, 2]


def test_replace_leaves_the_newcomer(insert, table):
    insert(row(2, avg=1))
    assert insert(row(2, avg=2, import_id="two"), policy="replace") == ["replaced"]
    assert list(table().values()) == [2]


def test_reject_leaves_the_record_that_was_there(insert, table):
    insert(row(2, avg=1))
    assert insert(row(2, avg=2, import_id="two"), policy="reject") == ["key_conflict"]
    assert list(table().values()) == [1]


def test_outcomes_come_in_the_order_of_the_rows(insert):
    insert(row(2, avg=1), row(3, avg=1, second=1))
    data = [
        row(2, avg=2, import_id="two"),
        row(3, import_id="two", second=5),
        row(4, import_id="two", second=1),
    ]
    assert insert(*data) == ["kept", "written", "unchanged"]


def test_a_row_kept_beside_is_unchanged_when_it_comes_again(insert, table):
    insert(row(2, avg=1))
    insert(row(2, avg=2, import_id="two"))
    assert insert(row(2, avg=2, import_id="three")) == ["unchanged"]
    assert len(table()) == 2


def test_three_records_of_one_key_are_kept(insert, table):
    assert insert(row(2, avg=1), row(3, avg=2), row(4, avg=3)) == ["written", "kept", "kept"]
    assert sorted(table().values()) == [1, 2, 3]


def test_records_that_differ_in_the_last_of_38_digits_are_both_kept(insert, table):
    digits = "1234567890123456789012345678901234567"
    rows = [row(2, avg=0), *(row(3 + n, avg=f"{digits}{n}") for n in range(2))]
    assert insert(*rows) == ["written", "kept", "kept"]


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_a_retry_has_the_outcomes_of_the_first_time(insert, table, policy):
    insert(row(2, avg=1), row(3, avg=1, second=1), of_no_import(second=2))
    rows = [
        row(2, avg=2, import_id="two"),  # differs from a record that is there
        row(3, avg=1, import_id="two", second=1),  # equals one
        row(4, avg=2, import_id="two", second=2),  # differs from one that has no origin
        row(5, avg=1, import_id="two", second=3),  # is new
        row(6, avg=2, import_id="two", second=3),  # differs from one of its own file
        row(7, avg=2, import_id="two", second=3),  # equals one of its own file
    ]
    outcomes = insert(*rows, policy=policy)
    before = table()
    assert insert(*rows, policy=policy) == outcomes
    assert table() == before


def of_no_import(second):
    return record(MOMENT + second, local_avg=Decimal(1))


@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_a_retry_after_half_of_the_rows_has_the_outcomes_of_an_undisturbed_run(
    insert, table, policy
):
    insert(row(2, avg=1))
    rows = [row(line, avg=line, import_id="two", second=line % 3) for line in range(2, 8)]
    insert(*rows[:3], policy=policy)
    outcomes = insert(*rows, policy=policy)
    assert (
        Counter(outcomes)
        == {
            "keep": {"written": 2, "kept": 4},
            "replace": {"written": 2, "replaced": 4},
            "reject": {"written": 2, "key_conflict": 4},
        }[policy]
    )


orders = pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "reversed"])


def in_chunks(insert, rows, order, policy):
    """The outcomes, counted, when each row comes in a call of its own."""
    return Counter(insert(rows[index], policy=policy)[0] for index in order)


@orders
def test_keep_leaves_both_rows_of_a_key_whichever_comes_first(insert, table, order):
    rows = [row(2, avg=1), row(3, avg=2)]
    assert in_chunks(insert, rows, order, "keep") == {"written": 1, "kept": 1}
    assert sorted(table().values()) == [1, 2]


@orders
def test_replace_leaves_the_last_row_of_the_file_whichever_comes_first(insert, table, order):
    rows = [row(2, avg=1), row(3, avg=2)]
    assert in_chunks(insert, rows, order, "replace") == {"written": 1, "replaced": 1}
    assert list(table().values()) == [2]


@orders
def test_replace_leaves_the_last_row_over_a_record_that_was_there(insert, table, order):
    insert(row(2, avg=9))
    rows = [row(2, avg=1, import_id="two"), row(3, avg=2, import_id="two")]
    assert in_chunks(insert, rows, order, "replace") == {"replaced": 2}
    assert list(table().values()) == [2]


@orders
def test_reject_leaves_exactly_one_row_whichever_comes_first(insert, table, order):
    rows = [row(2, avg=1), row(3, avg=2)]
    assert in_chunks(insert, rows, order, "reject") == {"written": 1, "key_conflict": 1}
    assert list(table().values()) == [rows[order[0]].values["local_avg"]]


@orders
@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_of_two_equal_rows_one_is_unchanged_whichever_comes_first(insert, table, order, policy):
    rows = [row(2), row(3)]
    assert in_chunks(insert, rows, order, policy) == {"written": 1, "unchanged": 1}
    assert len(table()) == 1


@orders
def test_a_file_with_a_key_twice_imported_again_under_replace_is_counted_alike(
    insert, table, order
):
    insert(row(2, avg=1), row(3, avg=2), policy="replace")
    rows = [row(2, avg=1, import_id="two"), row(3, avg=2, import_id="two")]
    assert in_chunks(insert, rows, order, "replace") == {"replaced": 1, "unchanged": 1}
    assert list(table().values()) == [2]


def test_replace_leaves_the_last_of_the_rows_of_one_call(insert, table):
    rows = [row(2, avg=1), row(3, avg=2), row(4, avg=3)]
    assert insert(*rows, policy="replace") == ["written", "replaced", "replaced"]
    assert list(table().values()) == [3]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_rows_of_one_key_under_replace_end_alike_in_any_order_and_on_every_retry(
    insert, table, order
):
    rows = [row(2, avg=1), row(3, avg=2), row(4, avg=3)]
    first = {index: insert(rows[index], policy="replace")[0] for index in order}
    again = {index: insert(rows[index], policy="replace")[0] for index in order}
    assert again == first
    assert Counter(first.values()) == {"written": 1, "replaced": 2}
    assert list(table().values()) == [3]


def test_a_kept_row_has_the_same_key_on_every_retry(insert, table):
    insert(row(2, avg=1))
    insert(row(2, avg=2, import_id="two"))
    before = table()
    for _ in range(3):
        insert(row(2, avg=2, import_id="two"))
    assert table() == before


@pytest.mark.parametrize("takers", [1, 2])
@pytest.mark.parametrize("policy", ON_CONFLICT)
def test_a_row_whose_key_others_took_over_counts_as_the_first_time(insert, table, policy, takers):
    rows = [row(2, avg=1), row(3, avg=1, second=1)]
    assert insert(*rows, policy=policy) == ["written"] * 2
    for taker in range(takers):
        insert(
            *(row(9, avg=2 + taker, import_id=f"{taker}", second=n) for n in (0, 1)),
            policy="replace",
        )
    before = table()
    assert insert(*rows, policy=policy) == ["written"] * 2
    assert table() == before


def test_the_last_row_of_a_file_stands_though_another_took_the_key_meanwhile(insert, table):
    insert(row(9, avg=9), policy="replace")
    insert(row(2, avg=1, import_id="two"), policy="replace")
    insert(row(3, avg=3), policy="replace")
    assert insert(row(9, avg=9), policy="replace") == ["written"]
    assert list(table().values()) == [9]


def test_a_row_says_where_it_came_from(insert, repository):
    insert(row(7, import_id="an-import"))
    origin = repository.get(*row(7).key).origin
    assert (origin.import_id, origin.line) == ("an-import", 7)


def test_a_row_that_replaced_another_says_where_it_came_from(insert, repository):
    insert(row(2, avg=1))
    insert(row(9, avg=2, import_id="two"), policy="replace")
    origin = repository.get(*row(2).key).origin
    assert (origin.import_id, origin.line) == ("two", 9)
