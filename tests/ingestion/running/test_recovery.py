"""Imports without progress are found and go on; after a loss, table and imports agree again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.recovery import recover, recover_queues, resume_stalled
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

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def tasks():
    return Tasks()


def stall(import_, seconds=None, **fields):
    """Let the import have made no progress for so long."""
    seconds = configured.STALL_SECONDS + 1 if seconds is None else seconds
    progress_at = timezone.now() - timedelta(seconds=seconds)
    Import.objects.filter(pk=import_.pk).update(progress_at=progress_at, **fields)


def lost():
    """An import whose tasks nobody has any more."""
    return start(HEADER + lines(3), Tasks())


def test_an_import_without_progress_goes_on_to_its_end(tasks):
    import_ = lost()
    stall(import_)
    resume_stalled(tasks)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}


def test_an_import_that_makes_progress_is_left_alone(tasks):
    stall(lost(), configured.STALL_SECONDS - 5)
    resume_stalled(tasks)
    assert tasks.waiting == []


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_an_ended_import_is_left_alone(tasks, state):
    stall(lost(), state=state)
    resume_stalled(tasks)
    assert tasks.waiting == []


def test_an_import_is_resumed_once_at_a_time(tasks):
    stall(lost())
    resume_stalled(tasks)
    resume_stalled(tasks)
    assert len(tasks.waiting) == 1


def test_two_listeners_that_see_it_at_once_resume_it_once(tasks):
    import_ = lost()
    stall(import_)
    seen_by_both = [Import.objects.get(pk=import_.pk) for _ in range(2)]
    for seen in seen_by_both:
        lifecycle.resume(seen, tasks)
    import_.refresh_from_db()
    assert (import_.resumes, len(tasks.waiting)) == (1, 1)


def test_an_import_that_ended_since_it_was_seen_is_not_resumed(tasks):
    import_ = lost()
    seen = Import.objects.get(pk=import_.pk)
    Import.objects.filter(pk=import_.pk).update(state=State.CANCELLED)
    lifecycle.resume(seen, tasks)
    import_.refresh_from_db()
    assert (import_.state, import_.resumes, tasks.waiting) == (State.CANCELLED, 0, [])


def test_while_the_queue_has_tasks_an_import_only_waits_for_its_turn(tasks):
    sqs.send(sqs.queue_url(configured.CELERY_QUEUE), "a task")
    import_ = lost()
    stall(import_)
    resume_stalled(tasks)
    assert tasks.waiting == []
    stall(import_, 20 * configured.STALL_SECONDS)
    resume_stalled(tasks)
    assert len(tasks.waiting) == 1


def test_an_import_that_was_resumed_in_vain_fails(tasks):
    import_ = lost()
    for _ in range(6):
        stall(import_)
        resume_stalled(tasks)
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "stalled")
    assert len(tasks.waiting) == 5


def test_at_the_last_resume_a_busy_queue_still_has_it_resumed(tasks):
    sqs.send(sqs.queue_url(configured.CELERY_QUEUE), "a task")
    import_ = lost()
    stall(import_, 20 * configured.STALL_SECONDS, resumes=5)
    resume_stalled(tasks)
    import_.refresh_from_db()
    assert (import_.state, import_.resumes) == (State.QUEUED, 6)
    assert len(tasks.waiting) == 1


def test_a_finished_chunk_lets_an_import_be_resumed_anew(tasks, settings):
    settings.CHUNK_BYTES = 64
    import_ = lost()
    stall(import_, resumes=4)
    resume_stalled(tasks)
    tasks.run_one()
    tasks.run_one()
    import_.refresh_from_db()
    assert import_.resumes == 0


@pytest.mark.parametrize(("seconds", "state"), [(3000, "queued"), (4000, "failed")])
def test_an_upload_that_never_ends_fails_after_an_hour(tasks, seconds, state):
    import_ = Import.objects.create(bucket=configured.DATA_BUCKET, key="uploads/file.csv")
    stall(import_, seconds)
    resume_stalled(tasks)
    import_.refresh_from_db()
    assert import_.state == state
    assert tasks.waiting == []


@pytest.mark.parametrize("came", ["before it is given up", "after it was given up"])
def test_an_upload_whose_object_came_is_imported(tasks, came):
    import_ = Import.objects.create(bucket=configured.DATA_BUCKET, key="uploads/file.csv")
    stall(import_, 4000)
    if came.startswith("after"):
        resume_stalled(tasks)
        lifecycle.start(put(HEADER + lines(3), key=import_.key), tasks)
    else:
        put(HEADER + lines(3), key=import_.key)
        resume_stalled(tasks)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}
    assert (import_.state, import_.error_code) == (State.DONE, "")


def test_what_the_table_lost_is_written_again(tasks):
    import_ = run(HEADER + lines(3) + "bad\n")
    lose(records())
    assert recover(LONG_AGO, tasks) == (1, 0)
    tasks.run()
    assert averages() == [0, 1, 2]
    assert counts(import_) == {"read": 4, "written": 3, "rejected": 1}
    assert import_.state == State.DONE


def test_imports_that_ended_before_are_left_alone(tasks):
    run(HEADER + lines(3))
    assert recover(timezone.now() + timedelta(seconds=5), tasks) == (0, 0)
    assert tasks.waiting == []


def test_a_running_import_starts_anew(tasks):
    import_ = lost()
    assert recover(LONG_AGO, tasks) == (1, 0)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}


def test_a_cancelled_import_stays_cancelled(tasks):
    import_ = lost()
    lifecycle.cancel(import_)
    assert recover(LONG_AGO, tasks) == (0, 0)


def test_a_failed_import_that_wrote_rows_is_written_again(tasks, settings):
    settings.CHUNK_BYTES = 64
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    tasks.run_one()
    import_.refresh_from_db()
    lifecycle.fail(import_, "object_gone", "It is gone.")
    tasks.waiting.clear()
    lose(records())
    assert recover(LONG_AGO, tasks) == (1, 0)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}
    assert averages() == [0, 1, 2]


def test_a_failed_import_of_which_nothing_was_read_is_left_alone(tasks):
    import_ = run(HEADER)
    assert import_.state == State.FAILED
    assert recover(LONG_AGO, tasks) == (0, 0)


@pytest.mark.parametrize("recovering", [recover, recover_queues])
def test_an_upload_that_waits_for_its_object_is_left_alone(tasks, recovering):
    import_ = Import.objects.create(bucket=configured.DATA_BUCKET, key="uploads/file.csv")
    assert recovering(LONG_AGO, tasks) == (0, 0)
    import_.refresh_from_db()
    assert (import_.state, import_.identity) == (State.QUEUED, "")
    assert tasks.waiting == []


def test_a_forecast_that_ended_is_left_alone(tasks):
    run(HEADER + lines(3), dry_run="true")
    assert recover(LONG_AGO, tasks) == (0, 0)


def test_an_object_whose_event_was_lost_is_imported(tasks):
    put(HEADER + lines(3))
    put("", key="notes.txt")
    put("", key="_sluice/x.csv")
    assert recover(LONG_AGO, tasks) == (0, 1)
    tasks.run()
    assert averages() == [0, 1, 2]


def test_an_object_older_than_the_loss_is_not_looked_for(tasks):
    put(HEADER + lines(3))
    assert recover(timezone.now() + timedelta(hours=1), tasks) == (0, 0)


def test_recovering_twice_changes_nothing_more(tasks):
    run(HEADER + lines(3))
    for _ in range(2):
        recover(LONG_AGO, tasks)
        tasks.run()
    assert averages() == [0, 1, 2]
    assert Import.objects.count() == 1


def test_a_task_that_the_queues_lost_is_sent_again(tasks):
    import_ = lost()
    assert recover_queues(LONG_AGO, tasks) == (1, 0)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}


def test_only_what_is_left_of_an_import_is_done_when_the_queues_lost_its_tasks(tasks, settings):
    settings.CHUNK_BYTES = 128
    before = Tasks()
    import_ = start(HEADER + lines(9), before)
    before.run_one()
    before.run_one()
    assert recover_queues(LONG_AGO, tasks) == (1, 0)
    assert len(tasks.waiting) == len(before.waiting) > 0
    tasks.run()
    assert counts(import_) == {"read": 9, "written": 9}


def test_an_import_that_ended_is_not_read_again_when_only_the_queues_lost_something(tasks):
    run(HEADER + lines(3))
    assert recover_queues(LONG_AGO, tasks) == (0, 0)
    assert tasks.waiting == []


def test_an_object_whose_event_the_queues_lost_is_imported(tasks):
    put(HEADER + lines(3))
    assert recover_queues(LONG_AGO, tasks) == (0, 1)
    tasks.run()
    assert averages() == [0, 1, 2]
