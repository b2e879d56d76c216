"""What a task does in its time, and what it leaves to the next one."""

import pytest
from django.db import connection

from common.deadline import Deadline
from ingestion.models import State
from ingestion.running.plan import plan
from ingestion.running.write import write
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import end, made, now

pytestmark = pytest.mark.django_db

with_aws = pytest.mark.usefixtures("aws")


class SlowQueue(Tasks):
    """Takes so many seconds of a clock for each message of a chunk."""

    def __init__(self, clock=None, seconds=0.0):
        super().__init__()
        self.clock, self.seconds = clock or Clock(), seconds

    def write(self, import_id, chunk_number, delay_seconds=0):
        super().write(import_id, chunk_number)
        self.clock.sleep(self.seconds)


def planned_by(tasks, import_):
    """Which chunks were sent, and whether the plan was, to go on."""
    plan(now(import_), tasks, Deadline(10, tasks.clock))
    numbers = [number for _, number in tasks.waiting]
    return numbers.count(0), len(set(numbers) - {0})


@with_aws
@pytest.mark.parametrize(
    ("seconds", "sent", "planned"),
    [
        (0.4, (1, 16), 16),  # half of the time is over
        (0.29, (1, 48), 60),  # the time is over while the last are sent
        (0.2, (0, 60), 60),
    ],
)
def test_a_plan_goes_on_in_a_new_task_when_half_of_its_time_is_over(
    small_chunks, seconds, sent, planned
):
    clock = Clock()
    tasks = SlowQueue(clock, seconds)
    import_ = start(HEADER + lines(60), Tasks())
    assert planned_by(tasks, import_) == sent
    assert import_.chunks.count() == planned
    assert now(import_).is_planned == (planned == 60)


@with_aws
def test_the_first_chunks_are_sent_at_once_and_the_others_every_ten_seconds(small_chunks):
    clock, tasks, sent = Clock(), Tasks(), []

    def saving(execute, sql, *rest):
        if sql.startswith('INSERT INTO "ingestion_chunk"'):
            sent.append(len(tasks.waiting))
            clock.sleep(5)
        return execute(sql, *rest)

    import_ = start(HEADER + lines(80), Tasks())
    with connection.execute_wrapper(saving):
        plan(now(import_), tasks, Deadline(1000, clock))
    assert sent == [0, 16, 16, 48, 48]
    assert sorted(number for _, number in tasks.waiting) == list(range(1, 81))


@pytest.mark.parametrize(("seconds", "sent"), [(0.4, (1, 16)), (0.2, (1, 32)), (0.1, (0, 40))])
def test_chunks_that_are_not_sent_are_sent_first_for_half_of_the_time(seconds, sent):
    import_ = made(40)
    assert planned_by(SlowQueue(seconds=seconds), import_) == sent
    assert import_.chunks.filter(is_queued=True).count() == sent[1]


@pytest.mark.parametrize("how", ["compared", "not all compared"])
def test_a_forecast_whose_chunks_are_compared_is_concluded_by_a_plan(how):
    import_, tasks = made(2, dry_run=True, read=2, written=2), Tasks()
    import_.chunks.filter(number=1).update(is_done=True)
    chunk = import_.chunks.get(number=1)
    if how == "compared":
        import_.chunks.update(is_done=True)
    write(now(import_), chunk, None, tasks, Deadline(30))
    assert tasks.waiting == ([(str(import_.pk), 0)] if how == "compared" else [])


def test_a_late_task_of_a_chunk_ends_an_import_that_waits_for_that_alone():
    import_ = made(read=1, written=1)
    import_.chunks.update(is_done=True, read=1, written=1)
    write(import_, import_.chunks.get(), None, Tasks(), Deadline(30))
    assert end(import_) == (State.DONE, "")
