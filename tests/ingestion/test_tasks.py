"""The Celery tasks: what they do with failures, and what they send."""

import json

import pytest
from django.conf import settings as configured

from ingestion import dead_letters, imports, sqs
from ingestion.models import Import, State
from ingestion.tasks import CeleryQueue, plan_import, write_chunk
from messages_app.aws import dynamodb_client
from messages_app.errors import ServiceError
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def run(task, *arguments, deliveries=1):
    """Run a task as the worker does at this delivery of its message."""
    task.push_request(receive_count=deliveries)
    try:
        task.run(*arguments)
    finally:
        task.pop_request()


def no_table():
    dynamodb_client().delete_table(TableName=configured.MESSAGES_TABLE)


def planned():
    tasks = Tasks()
    of = start(HEADER + lines(3), tasks)
    tasks.run_one()
    return of


def celery_url(suffix=""):
    return sqs.queue_url(configured.CELERY_QUEUE + suffix)


def test_a_plan_sends_the_tasks_of_its_chunks():
    of = start(HEADER + lines(3), Tasks())
    run(plan_import, str(of.pk))
    of.refresh_from_db()
    assert of.state == State.WRITING
    assert sqs.backlog(celery_url()) == of.chunks_total == 1


def test_the_last_chunk_ends_the_import():
    of = planned()
    run(write_chunk, str(of.pk), 1)
    assert counts(of) == {"read": 3, "written": 3}
    assert of.state == State.DONE


def test_a_wrong_file_ends_the_import_and_the_task_succeeds():
    of = start("nonsense", Tasks())
    run(plan_import, str(of.pk))
    of.refresh_from_db()
    assert (of.state, of.error_code) == (State.FAILED, "no_header")


@pytest.mark.parametrize("chunk", [1, 99])
def test_tasks_of_a_deleted_import_do_nothing(chunk):
    of = planned()
    pk = str(of.pk)
    of.delete()
    run(plan_import, pk)
    run(write_chunk, pk, chunk)
    assert not Import.objects.exists()


def test_a_service_that_fails_leaves_the_import_running_and_the_task_to_redelivery():
    of = planned()
    no_table()
    with pytest.raises(ServiceError):
        run(write_chunk, str(of.pk), 1, deliveries=configured.MAX_DELIVERIES - 1)
    of.refresh_from_db()
    assert of.state == State.WRITING


def test_after_the_last_delivery_the_import_tells_of_the_dead_letter():
    of = planned()
    no_table()
    with pytest.raises(ServiceError):
        run(write_chunk, str(of.pk), 1, deliveries=configured.MAX_DELIVERIES)
    of.refresh_from_db()
    assert (of.state, of.error_code) == (State.FAILED, imports.DEAD_LETTER)
    assert "ResourceNotFound" in of.error_detail


def test_other_chunks_of_an_import_with_a_dead_letter_go_on(settings):
    settings.CHUNK_BYTES = 64
    of = planned()
    imports.fail(of, imports.DEAD_LETTER, "gave up")
    for number in (1, 2):
        run(write_chunk, str(of.pk), number)
    assert counts(of) == {"read": 2, "written": 2}
    assert of.state == State.FAILED


def test_an_import_ends_well_when_its_dead_letter_succeeds_at_last():
    of = planned()
    imports.fail(of, imports.DEAD_LETTER, "gave up")
    run(write_chunk, str(of.pk), 1)
    of.refresh_from_db()
    assert (of.state, of.error_code) == (State.DONE, "")


def bury():
    """Move what waits in Celery's queue to its dead letters, as SQS would."""
    for delivery in sqs.receive(celery_url(), 0):
        sqs.send(celery_url(sqs.DEAD_LETTER_SUFFIX), delivery.body)
        sqs.delete(celery_url(), [delivery])


@pytest.fixture
def letter():
    """A plan that is a dead letter, and its import."""
    of = start(HEADER + lines(3), Tasks())
    CeleryQueue().plan(str(of.pk))
    bury()
    imports.fail(of, imports.DEAD_LETTER, "gave up")
    return of


def test_a_dead_letter_tells_its_queue_task_and_import(letter):
    (found,) = dead_letters.waiting()
    assert (found.queue, found.task, found.import_id) == (
        configured.CELERY_QUEUE,
        "ingestion.plan_import",
        str(letter.pk),
    )


def test_looking_at_dead_letters_leaves_them_there(letter):
    assert dead_letters.waiting() == dead_letters.waiting()
    assert len(dead_letters.waiting()) == 1


def test_a_redriven_task_is_back_in_its_queue_and_its_import_runs(letter):
    assert dead_letters.redrive() == 1
    assert sqs.backlog(celery_url()) == 1
    assert dead_letters.waiting() == []
    letter.refresh_from_db()
    assert (letter.state, letter.error_code) == (State.PLANNING, "")


def test_a_redriven_plan_plans(letter):
    dead_letters.redrive()
    run(plan_import, str(letter.pk))
    run(write_chunk, str(letter.pk), 1)
    assert counts(letter) == {"read": 3, "written": 3}


def test_only_the_letters_asked_for_are_redriven(letter):
    assert dead_letters.redrive(["another"]) == 0
    assert len(dead_letters.waiting()) == 1


def test_a_discarded_letter_is_gone(letter):
    (found,) = dead_letters.waiting()
    assert dead_letters.discard([found.id]) == 1
    assert dead_letters.waiting() == []
    assert sqs.backlog(celery_url()) == 0


def test_a_letter_that_cannot_be_read_is_shown_all_the_same():
    dead = sqs.queue_url(sqs.dead_letter_queue(configured.BUCKET_EVENTS_QUEUE))
    sqs.send(dead, "hello")
    sqs.send(celery_url(sqs.DEAD_LETTER_SUFFIX), "hello")
    found = {(one.queue, one.body, one.task) for one in dead_letters.waiting()}
    assert found == {
        (configured.BUCKET_EVENTS_QUEUE, "hello", ""),
        (configured.CELERY_QUEUE, "hello", ""),
    }


def test_a_redriven_event_is_back_in_the_events_queue():
    put(HEADER + lines(1))
    url = sqs.queue_url(configured.BUCKET_EVENTS_QUEUE)
    (event,) = sqs.receive(url, 2)
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(configured.BUCKET_EVENTS_QUEUE)), event.body)
    sqs.delete(url, [event])
    dead_letters.redrive()
    (again,) = sqs.receive(url, 2)
    assert json.loads(again.body) == json.loads(event.body)
    assert not Import.objects.exists()
