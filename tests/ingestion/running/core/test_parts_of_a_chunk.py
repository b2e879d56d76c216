"""A chunk that is written in parts: what is kept of it and when, and what is left to the next."""

from collections import deque
from dataclasses import replace

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, State
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store
from ingestion.rejects.packed import Packer
from ingestion.running.progress import chunk_done, keep_part
from ingestion.running.write import write
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.validation import Fault
from messages_app.store.batch_requests import OUT_OF_TIME
from messages_app.store.bulk_insert import InsertResult
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, start
from tests.ingestion.running.core.made import made, now, part
from tests.ingestion.running.ended.stand_ins import TimedTasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


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


def test_a_task_that_is_overtaken_leaves_the_chunk_to_the_other_one(import_):
    tasks = Tasks()
    written_by(Overtaken(Clock(), (2, 1)), import_, tasks)
    chunk = import_.chunks.get()
    assert (tasks.waiting, counts(import_)) == ([], {})
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (1, 0, False)


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
    tasks = TimedTasks()
    script = Script(Clock(), (0, known), code)
    if goes_on:
        written_by(script, import_, tasks)
    else:
        with pytest.raises(ServiceError, match="the table"):
            written_by(script, import_, tasks)
    chunk = import_.chunks.get()
    waits = [(number, delay > 0) for number, delay in tasks.waiting]
    assert waits == ([(1, known == 0)] if goes_on else [])
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (parts_kept, known, False)
    assert chunk.is_begun == (was_begun or not is_clean)


def rejecting(line, **receipt):
    packer = Packer()
    packer.add(ParsedRow(line, ["x"], None, [Fault("local_avg", "x", "not_a_number", "is none")]))
    return replace(part(rejected=1, **receipt), rejects=packer)


def test_each_part_that_has_rejects_keeps_them(settings):
    import_ = made(2, bucket=settings.DATA_BUCKET)
    first, second = import_.chunks.order_by("number")
    left = {"left": [[3, 4]], "rows_left": 2}
    keep_part(import_, first, replace(rejecting(2), **left), is_begun=True)
    keep_part(import_, first, replace(part(written=1), **left), is_begun=True)
    chunk_done(import_, first, rejecting(4, written=1))
    chunk_done(import_, second, rejecting(13))
    assert [len(chunk.reject_parts) for chunk in import_.chunks.order_by("number")] == [2, 0]
    assert [row.line for row in store.stored(import_)] == [2, 4, 13]
