"""What comes late, twice, or between two steps: each import keeps the end that it had."""

import pytest

from common.deadline import Deadline
from ingestion.models import Chunk, Import, State
from ingestion.running import lifecycle
from ingestion.running.progress import DEAD_LETTER
from ingestion.running.recovery import resume_stalled
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    counts,
    lines,
    lose,
    put,
    records,
    run,
    start,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def of_now(import_):
    return Import.objects.get(pk=import_.pk)


def end_of(import_):
    now = of_now(import_)
    return now.state, now.error_code


class CancelledMeanwhile(Tasks):
    """Somebody cancels the import when the first of its chunks is sent."""

    def write(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        lifecycle.cancel(Import.objects.get(pk=import_id))
        super().write(import_id, chunk_number, delay_seconds)


@pytest.mark.parametrize("count", [3, 40])
def test_an_import_that_is_cancelled_during_its_plan_stays_cancelled(small_chunks, count):
    tasks = CancelledMeanwhile()
    import_ = start(HEADER + lines(count), tasks)
    tasks.run()
    assert end_of(import_) == (State.CANCELLED, "")
    assert import_.chunks.count() == min(count, 16)
    assert records() == []


@pytest.mark.parametrize("is_last", [False, True])
def test_a_late_task_of_a_finished_chunk_brings_no_deleted_record_back(small_chunks, is_last):
    tasks = Tasks()
    import_ = start(HEADER + lines(2), tasks)
    tasks.run_one()
    tasks.run_one()
    if is_last:
        tasks.run()
    before = counts(import_)
    lose(records())
    chunk = import_.chunks.get(number=1)
    write(of_now(import_), chunk, BUILTIN.repository, tasks, Deadline(30))
    assert records() == []
    assert counts(import_) == before


class NeverAsked:
    """In the place of a repository for whoever has nothing to write."""

    def __getattr__(self, name):
        raise AssertionError(f"it was asked for {name}")


def test_a_late_task_of_a_finished_chunk_asks_the_table_for_nothing():
    import_ = run(HEADER + lines(2))
    write(import_, import_.chunks.get(), NeverAsked(), Tasks(), Deadline(30))
    assert counts(import_) == {"read": 2, "written": 2}


@pytest.mark.parametrize("text", [HEADER, "", "a,b\n\xe9\xe9\xe9\n"])
def test_a_second_event_of_a_file_that_is_at_fault_sends_nothing(text):
    tasks = Tasks()
    stored = put(text.encode("latin-1"))
    import_ = lifecycle.start(stored, tasks)
    tasks.run()
    before = end_of(import_)
    assert before[0] == State.FAILED
    assert lifecycle.start(stored, tasks) == import_
    assert tasks.waiting == []
    assert end_of(import_) == before


def test_two_events_of_one_upload_at_once_leave_one_import_at_work():
    stored = put(HEADER + lines(3), key="uploads/file.csv")
    key = {"bucket": stored.bucket, "key": stored.key}
    waiting = Import.objects.create(**key)
    # The other event has made one of its own between the look for an upload and its change.
    other = Import.objects.create(**key, identity=stored.identity, etag=stored.etag)
    tasks = Tasks()
    assert lifecycle.start(stored, tasks) == other
    tasks.run()
    assert counts(other) == {"read": 3, "written": 3}
    assert of_now(waiting).identity == ""


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_redriven_letter_takes_back_the_failure_that_it_made(is_planned):
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    if is_planned:
        tasks.run_one()
    lifecycle.fail(of_now(import_), DEAD_LETTER, "Its task failed.")
    lifecycle.reopen(of_now(import_))
    now = of_now(import_)
    assert now.state == (State.WRITING if is_planned else State.PLANNING)
    assert (now.error_code, now.error_detail, now.finished_at) == ("", "", None)


@pytest.mark.parametrize("end", ["another failure", "cancelled"])
def test_a_redriven_letter_reopens_no_import_that_ended_for_another_reason(end):
    import_ = start(HEADER + lines(3), Tasks())
    if end == "cancelled":
        lifecycle.cancel(import_)
    else:
        lifecycle.fail(import_, "object_gone", "It is gone.")
    before = end_of(import_)
    lifecycle.reopen(import_)
    assert end_of(import_) == before
    assert of_now(import_).finished_at is not None


@pytest.mark.parametrize("found_by", ["recovery", "the same task again"])
def test_an_import_whose_process_dies_behind_its_last_chunk_is_ended(found_by):
    import_ = run(HEADER + lines(3))
    # As between the transaction of the chunk and that of the import.
    Import.objects.filter(pk=import_.pk).update(
        state=State.WRITING, finished_at=None, progress_at="2019-05-28T00:00:00Z"
    )
    tasks = Tasks()
    if found_by == "recovery":
        resume_stalled(tasks)
    else:
        tasks.write(str(import_.pk), 1)
    tasks.run()
    assert end_of(import_) == (State.DONE, "")
    assert counts(import_) == {"read": 3, "written": 3}
    assert averages() == [0, 1, 2]


def mismatch(tasks, import_):
    tasks.run()
    return end_of(import_) == (State.FAILED, "receipt_mismatch")


def test_sums_of_chunks_that_are_not_those_of_the_import_are_a_failure(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(2), tasks)
    tasks.run_one()
    tasks.run_one()
    import_.chunks.filter(number=1).update(read=2, written=2)
    assert mismatch(tasks, import_)


def test_rows_without_an_outcome_are_a_failure_whatever_the_sums(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(2), tasks)
    tasks.run_one()
    tasks.run_one()
    for found in (Import.objects.filter(pk=import_.pk), Chunk.objects.filter(number=1)):
        found.update(read=2)
    assert mismatch(tasks, import_)
