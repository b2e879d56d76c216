"""Rows in batches at the pace of their partitions: which go together, and what ends the work."""

from concurrent.futures import Future
from typing import Any

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from messages_app.store.paced_insert import Inserted, PacedInsert
from messages_app.store.pacing import Pace
from tests.messages_app.records import MOMENT, record

DAY = 86_400
THROTTLED = ServiceError("throttled", "ThrottlingError", permanent=False)
AWAY = ServiceError("away", "InternalServerError", permanent=False)
FORBIDDEN = ServiceError("forbidden", "AccessDenied", permanent=True)


class Inline:
    """Does at once what it is given."""

    def __init__(self):
        self.count = 0

    def submit(self, work):
        self.count += 1
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - as a pool does
            future.set_exception(error)
        return future


class Table:
    """Answers each batch with the next of ``answers``, then with True for each row."""

    def __init__(self, rows, *answers):
        self._rows = rows
        self._answers = list(answers)
        self.batches = []

    def insert(self, records):
        self.batches.append([self._rows.index(one) for one in records])
        answer = self._answers.pop(0) if self._answers else [True] * len(records)
        if isinstance(answer, ServiceError):
            raise answer
        return answer


class Closed(Pace):
    """No turn comes in time."""

    waits = 0

    def wait(self, rows, until):
        self.waits += 1
        return False


def of_days(days):
    """Rows one behind the other, each of the day that its digit tells."""
    return [record(MOMENT + int(day) * DAY + number) for number, day in enumerate(days)]


def run(rows, table, *, batch_rows=2, seconds=60, pace=None, threads=1, pool=None, **options):
    work = PacedInsert(rows, table.insert, pace or Pace(), Deadline(seconds), batch_rows, **options)
    return work.run(pool or Inline(), threads)


def test_where_a_day_is_one_partition_rows_go_in_their_order():
    rows = of_days("12121")
    table = Table(rows)
    assert run(rows, table).is_new == [True] * 5
    assert table.batches == [[0, 1], [2, 3], [4]]


def test_where_it_is_not_those_of_a_partition_go_together():
    rows = of_days("12121")
    table = Table(rows)
    assert run(rows, table, partition=lambda row: row.date).is_new == [True] * 5
    assert table.batches == [[0, 2], [1, 3], [4]]


@pytest.mark.parametrize("is_refused", [False, True])
def test_partitions_share_a_batch_until_one_refuses(is_refused):
    rows = of_days("12")
    pace = Pace(sleep=lambda _: None)
    if is_refused:
        pace.answered(pace.now(), {"elsewhere": 1}, {"elsewhere": 1})
    table = Table(rows)
    run(rows, table, pace=pace, partition=lambda row: row.date)
    assert table.batches == ([[0], [1]] if is_refused else [[0, 1]])


@pytest.mark.parametrize(("threads", "expected"), [(8, 3), (2, 2)])
def test_no_more_threads_work_than_there_are_batches(threads, expected):
    rows, pool = of_days("11111"), Inline()
    run(rows, Table(rows), threads=threads, pool=pool)
    assert pool.count == expected


def test_behind_the_deadline_the_first_batch_is_sent_and_no_other():
    rows = of_days("111")
    table = Table(rows)
    done = run(rows, table, seconds=-1)
    assert done.is_new == [True, True, None]
    assert not done.is_stuck


@pytest.mark.parametrize("error", [THROTTLED, AWAY])
def test_what_is_refused_is_sent_again_before_the_others(error):
    rows = of_days("1111")
    pace = Pace(sleep=lambda _: None)
    table = Table(rows, [error, False])
    done = run(rows, table, pace=pace)
    assert done == Inserted([True, False, True, True], refusal=error)
    assert table.batches == [[0, 1], [0, 2], [3]]
    assert pace.is_needed == (error is THROTTLED)


def test_a_row_that_is_refused_for_good_ends_the_work():
    rows = of_days("111")
    table = Table(rows, [True, FORBIDDEN])
    assert run(rows, table) == Inserted([True, None, None], error=FORBIDDEN)
    assert table.batches == [[0, 1]]


@pytest.mark.parametrize("error", [AWAY, FORBIDDEN])
def test_a_request_that_fails_ends_the_work(error):
    rows = of_days("111")
    table = Table(rows, error)
    done = run(rows, table)
    assert done == Inserted([None] * 3, error=error)
    assert done.is_stuck
    assert table.batches == [[0, 1]]


def test_without_a_turn_nothing_is_sent_and_that_may_pass():
    rows, pace = of_days("1111"), Closed()
    table = Table(rows)
    done = run(rows, table, pace=pace)
    assert (done.is_stuck, done.error, pace.waits, table.batches) == (True, None, 1, [])
    assert done.refusal is not None
    assert done.refusal.code == "ThrottlingError"


def test_what_else_goes_wrong_is_raised():
    rows = of_days("11")
    with pytest.raises(ValueError, match="shorter"):
        run(rows, Table(rows, [True]))
