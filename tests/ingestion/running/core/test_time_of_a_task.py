"""What a task does in its time, and what it leaves to the next one."""

from collections import deque

import pytest
from django.db import connection

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, State
from ingestion.running.plan import plan
from ingestion.running.write import write
from messages_app.schema.builtin import MESSAGE
from messages_app.store.batch_requests import OUT_OF_TIME
from messages_app.store.bulk_insert import InsertResult
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, start
from tests.ingestion.running.core.made import end, made, now

pytestmark = pytest.mark.django_db

with_aws = pytest.mark.usefixtures("aws")


class SlowQueue(Tasks):
    """Takes so many seconds of a clock for each message of a chunk."""

    def __init__(self, clock=None, seconds=0.0):
        super().__init__()
        self.clock, self.seconds = clock or Clock(), seconds
        self.delays = []

    def write(self, import_id, chunk_number, delay_seconds=0):
        super().write(import_id, chunk_number)
        self.clock.sleep(self.seconds)
        self.delays.append(delay_seconds)


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


class Script:
    """In the place of a repository: does step by step what it is told.

    A step is how long it takes, and how many more rows are written then; or an error.
    """

    schema = MESSAGE

    def __init__(self, clock, *steps):
        self.clock, self.steps = clock, steps
        self.kept = []

    def insert_in_parts(self, messages, on_conflict, deadline, keep_aside=None):
        places = deque(range(len(messages)))
        for step in self.steps:
            if isinstance(step, str):
                raise ServiceError("the table", step, permanent=False)
            seconds, count = step
            self.clock.sleep(seconds)
            yield {
                place: InsertResult("written", messages[place].key)
                for place in [places.popleft() for _ in range(count)]
            }
            chunk = Chunk.objects.get()
            self.kept.append((chunk.parts_kept, chunk.read, chunk.is_begun))


@pytest.fixture
def import_():
    """One with a chunk of four rows."""
    tasks = Tasks()
    import_ = start(HEADER + lines(4), tasks)
    tasks.run_one()
    return import_


def written_by(script, import_, tasks):
    write(now(import_), import_.chunks.get(), script, tasks, Deadline(9, script.clock))


@with_aws
def test_what_is_known_is_kept_nine_times_in_the_time_of_a_task(import_):
    clock = Clock()
    steps = [(0.95, 1), (0.05, 0), (0.95, 0), (0.05, 1), (1, 0), (0.5, 1), (2, 1)]
    script = Script(clock, *steps)
    written_by(script, import_, Tasks())
    kept = [(0, 0), (1, 1), (1, 1), (2, 2), (2, 2), (3, 3), (3, 3)]
    assert script.kept == [(*one, True) for one in kept]
    assert (now(import_).state, counts(import_)) == (State.DONE, {"read": 4, "written": 4})


class Overtaken(Script):
    """The same task is run twice at once: the other one keeps a part first."""

    def insert_in_parts(self, *arguments):
        Chunk.objects.update(parts_kept=1)
        return super().insert_in_parts(*arguments)


@with_aws
def test_a_task_that_is_overtaken_leaves_the_chunk_to_the_other_one(import_):
    tasks = Tasks()
    written_by(Overtaken(Clock(), (2, 1)), import_, tasks)
    chunk = import_.chunks.get()
    assert (tasks.waiting, counts(import_)) == ([], {})
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (1, 0, False)


@with_aws
@pytest.mark.parametrize("was_begun", [False, True])
@pytest.mark.parametrize(
    ("code", "known", "goes_on", "parts_kept", "is_clean"),
    [
        ("ThrottlingException", 0, True, 1, True),
        ("ThrottlingException", 1, True, 1, True),
        (OUT_OF_TIME, 0, False, 1, True),
        (OUT_OF_TIME, 1, True, 1, True),
        ("Killed", 0, False, 0, False),
        ("Killed", 1, False, 1, False),
    ],
)
def test_what_goes_on_in_a_new_message_and_what_is_delivered_again(
    import_, was_begun, code, known, goes_on, parts_kept, is_clean
):
    import_.chunks.update(is_begun=was_begun)
    tasks = SlowQueue()
    script = Script(tasks.clock, (0, known), code)
    if goes_on:
        written_by(script, import_, tasks)
    else:
        with pytest.raises(ServiceError, match="the table"):
            written_by(script, import_, tasks)
    chunk = import_.chunks.get()
    assert tasks.waiting == ([(str(import_.pk), 1)] if goes_on else [])
    assert [delay > 0 for delay in tasks.delays] == ([known == 0] if goes_on else [])
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (parts_kept, known, False)
    assert chunk.is_begun == (was_begun or not is_clean)
