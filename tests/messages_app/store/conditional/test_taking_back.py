"""Records are taken out of the table, or what they replaced is put back, if they are as they are
thought to be."""

from dataclasses import replace
from decimal import Decimal

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin
from messages_app.store.conditional import taking_back
from messages_app.store.conditional.taking_back import Reversal
from messages_app.store.items import item_of
from messages_app.store.paced_insert import Inserted
from messages_app.store.query import Query
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def row(second=0, avg=1, *, import_id="one", line=2, **more):
    return record(
        MOMENT + second, local_avg=Decimal(avg), origin=Origin(import_id, line + second), **more
    )


@pytest.fixture
def insert(repository):
    def insert(*rows):
        repository.insert_many(list(rows), "keep", Deadline(10))

    return insert


@pytest.fixture
def take_back(repository):
    def take_back(*reversals, seconds=10):
        return repository.take_back(reversals, Deadline(seconds)).is_done

    return take_back


@pytest.fixture
def averages(repository):
    def averages():
        page = repository.page(Query("2019-05-28", is_consistent=True), 1000)
        return [int(one.values["local_avg"]) for one in page.records]

    return averages


def test_records_that_are_as_they_were_are_deleted(insert, take_back, averages):
    rows = [row(second, second) for second in range(60)]
    insert(*rows)
    assert take_back(*map(Reversal, rows[:57])) == [True] * 57
    assert averages() == [57, 58, 59]


def test_a_record_that_is_gone_counts_as_deleted(insert, take_back):
    assert take_back(Reversal(row())) == [True]


@pytest.mark.parametrize(
    "other",
    [
        row(avg=2),
        row(import_id="two"),
        row(line=3),
        replace(row(), origin=None),
        replace(row(), origin=QueueOrigin("queue", "message")),
        replace(row(), extra=(("note", "is new"),)),
    ],
)
def test_another_record_stays(insert, take_back, averages, other):
    insert(other)
    former = Reversal(row(), item_of(row(avg=7), MESSAGE))
    assert take_back(Reversal(row())) == [False]
    assert take_back(former) == [False]
    assert averages() == [int(other.values["local_avg"])]


@pytest.mark.parametrize(
    "one",
    [
        replace(row(), origin=None),
        replace(row(), origin=QueueOrigin("queue", "message")),
        replace(row(), extra=(("note", "is there"), ("a \"quote'", "too"))),
    ],
)
def test_records_of_every_origin_and_with_extra_columns_are_deleted(
    insert, take_back, averages, one
):
    insert(one)
    assert take_back(Reversal(one)) == [True]
    assert averages() == []


def test_what_was_replaced_is_put_back_as_it_was(insert, take_back, repository):
    former = row(avg=7, import_id="former", line=9)
    insert(row())
    assert take_back(Reversal(row(), item_of(former, MESSAGE))) == [True]
    assert repository.get(*former.key) == former


def test_nothing_is_put_back_where_the_record_is_gone(insert, take_back, averages):
    assert take_back(Reversal(row(), item_of(row(avg=7), MESSAGE))) == [False]
    assert averages() == []


def test_records_are_found_by_the_keys_of_rows(insert, repository):
    rows = [row(second, second) for second in range(40)]
    insert(*rows[:35:2])
    found = repository.stored_under(rows, Deadline(10))
    assert found == {one.key: one for one in rows[:35:2]}


class Table:
    """Deletes all, and puts back what is not of line 3."""

    def delete(self, pool, seen, until):
        return Inserted([True] * len(seen))

    def put_back(self, former, seen):
        if seen.origin.line == 3:
            raise ServiceError("no rights", "AccessDenied", permanent=True)
        return True


def of_a_stand_in(seconds):
    former = item_of(row(avg=7), MESSAGE)
    reversals = [Reversal(row(line=2)), *(Reversal(row(line=line), former) for line in (3, 4))]
    return taking_back.take_back(Table(), reversals, Deadline(seconds), 1)


def test_one_that_cannot_be_put_back_does_not_keep_the_others():
    taken = of_a_stand_in(10)
    assert taken.is_done == [True, None, True]
    assert taken.error is not None
    assert taken.error.code == "AccessDenied"


def test_nothing_is_put_back_behind_the_deadline():
    taken = of_a_stand_in(0)
    assert (taken.is_done, taken.error) == ([True, None, None], None)
