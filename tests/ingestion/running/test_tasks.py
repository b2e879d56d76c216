"""The Celery tasks: what they do with failures, and what they send."""

import pytest
from django.conf import settings as configured

from common.aws.clients import dynamodb_client
from common.errors import ServiceError
from ingestion.models import Import, State
from ingestion.running import lifecycle, progress
from ingestion.running.tasks import plan_import, write_chunk
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, start
from tests.ingestion.letters import waiting_tasks

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
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    return import_


def test_a_plan_sends_the_tasks_of_its_chunks():
    import_ = start(HEADER + lines(3), Tasks())
    run(plan_import, str(import_.pk))
    import_.refresh_from_db()
    assert import_.state == State.WRITING
    assert waiting_tasks() == import_.chunks_total == 1


def test_the_last_chunk_ends_the_import():
    import_ = planned()
    run(write_chunk, str(import_.pk), 1)
    assert counts(import_) == {"read": 3, "written": 3}
    assert import_.state == State.DONE


def test_a_wrong_file_ends_the_import_and_the_task_succeeds():
    import_ = start("nonsense", Tasks())
    run(plan_import, str(import_.pk))
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "no_header")


@pytest.mark.parametrize("chunk", [1, 99])
def test_tasks_of_a_deleted_import_do_nothing(chunk):
    import_ = planned()
    pk = str(import_.pk)
    import_.delete()
    run(plan_import, pk)
    run(write_chunk, pk, chunk)
    assert not Import.objects.exists()


def test_a_service_that_fails_leaves_the_import_running_and_the_task_to_redelivery():
    import_ = planned()
    no_table()
    with pytest.raises(ServiceError):
        run(write_chunk, str(import_.pk), 1, deliveries=configured.MAX_DELIVERIES - 1)
    import_.refresh_from_db()
    assert import_.state == State.WRITING


def test_after_the_last_delivery_the_import_tells_of_the_dead_letter():
    import_ = planned()
    no_table()
    with pytest.raises(ServiceError):
        run(write_chunk, str(import_.pk), 1, deliveries=configured.MAX_DELIVERIES)
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, progress.DEAD_LETTER)
    assert "ResourceNotFound" in import_.error_detail


def test_other_chunks_of_an_import_with_a_dead_letter_go_on(settings):
    settings.CHUNK_BYTES = 64
    import_ = planned()
    lifecycle.fail(import_, progress.DEAD_LETTER, "gave up")
    for number in (1, 2):
        run(write_chunk, str(import_.pk), number)
    assert counts(import_) == {"read": 2, "written": 2}
    assert import_.state == State.FAILED


def test_an_import_ends_well_when_its_dead_letter_succeeds_at_last():
    import_ = planned()
    lifecycle.fail(import_, progress.DEAD_LETTER, "gave up")
    run(write_chunk, str(import_.pk), 1)
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.DONE, "")
