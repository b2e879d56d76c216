"""What is done with work that makes no progress, and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running.inbox.models import HandledMessage
from ingestion.running.recovery import recover, recover_queues, resume_stalled
from tests.ingestion.helpers import UNDO, Tasks
from tests.ingestion.running.core.made import end, made, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def tasks(settings):
    settings.STALL_SECONDS, settings.PRESIGNED_SECONDS = 100, 600
    return Tasks()


def stalled(seconds, **fields):
    import_ = made(**fields)
    at = timezone.now() - timedelta(seconds=seconds)
    Import.objects.filter(pk=import_.pk).update(progress_at=at)
    return import_


def test_while_nothing_stands_still_the_queue_is_not_asked(settings, tasks):
    settings.CELERY_QUEUE = "no-such-queue"
    stalled(90)
    resume_stalled(tasks)
    assert tasks.waiting == []


def test_while_the_queue_is_busy_only_what_waits_for_ten_times_as_long_goes_on(settings, tasks):
    sqs.send(sqs.queue_url(settings.CELERY_QUEUE), "a task")
    too_long = [stalled(1001, key="1.csv"), stalled(1001, key="2.csv")]
    for key in ("3.csv", "4.csv"):  # newer ones, which come first
        stalled(990, key=key)
    resume_stalled(tasks)
    assert {pk for pk, _ in tasks.waiting} == {str(one.pk) for one in too_long}


@pytest.mark.parametrize("state", [State.WRITING, State.UNDOING])
@pytest.mark.parametrize("resumes", [4, 5])
def test_what_was_resumed_five_times_fails(tasks, state, resumes):
    import_ = stalled(101, state=state, resumes=resumes, is_planned=True)
    import_.chunks.update(written=1)
    resume_stalled(tasks)
    is_undo = state == State.UNDOING
    assert end(import_) == ((state, "") if resumes == 4 else (State.FAILED, "stalled"))
    again = (str(import_.pk), 0, UNDO) if is_undo else (str(import_.pk), 1)
    assert tasks.waiting == ([again] if resumes == 4 else [])
    if resumes == 5:
        what = "take it back again." if is_undo else "run it again."
        assert now(import_).error_detail.endswith(what)
        ended = now(import_).undo_ended_at if is_undo else now(import_).finished_at
        assert ended is not None


@pytest.mark.parametrize(
    ("seconds", "max_bytes", "expected"),
    [
        (3590, None, ""),
        (3600.5, None, "upload_lost"),
        (1190, 70, ""),
        (1200.5, 70, "not_uploaded"),
    ],
)
def test_an_upload_is_waited_for_an_hour_or_twice_as_long_as_its_address_is_good_for(
    tasks, seconds, max_bytes, expected
):
    import_ = stalled(
        seconds, state=State.QUEUED, identity="", max_bytes=max_bytes, is_planned=False
    )
    resume_stalled(tasks)
    assert end(import_) == ((State.FAILED, expected) if expected else (State.QUEUED, ""))
    if expected == "not_uploaded":
        assert now(import_).error_detail.endswith("send the file within 10 minutes.")
    assert tasks.waiting == []


def test_after_a_loss_all_is_done_again_of_which_a_row_was_read(tasks):
    at = timezone.now()
    lost = made(state=State.DONE, read=1, finished_at=at)
    for number, fields in enumerate(
        (
            {"state": State.DONE, "finished_at": at},
            {"state": State.DONE, "finished_at": at, "read": 1, "dry_run": True},
            {"state": State.DONE, "finished_at": at - timedelta(hours=2), "read": 1},
            {"state": State.CANCELLED, "finished_at": at, "read": 1},
        )
    ):
        made(key=f"{number}.csv", **fields)
    HandledMessage.objects.create(id="done since")
    assert recover(at - timedelta(hours=1), tasks) == (1, 0)
    assert not HandledMessage.objects.exists()
    assert tasks.waiting == [(str(lost.pk), 0)]


def test_what_is_taken_back_goes_on_when_the_queues_lost_its_tasks(tasks):
    import_ = made(state=State.UNDOING)
    import_.chunks.update(written=1)
    assert recover_queues(timezone.now(), tasks) == (1, 0)
    assert tasks.waiting == [(str(import_.pk), 0, UNDO)]
