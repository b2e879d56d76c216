"""The Celery tasks: what they do with failures, and what they send."""

from uuid import uuid4

import pytest
from django.conf import settings as configured

from common.aws.clients import dynamodb_client, s3_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running import lifecycle, progress
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.ended.undo import account, beginning
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.ended.verifying.models import Verification
from ingestion.running.tasks import (
    CeleryQueue,
    delete_records,
    plan_import,
    undo_chunk,
    verify_import,
    write_chunk,
)
from messages_app.store import day_index
from notices.models import Occurrence
from tests.ingestion.helpers import DATE, HEADER, Tasks, counts, lines, records, start
from tests.ingestion.helpers import run as run_import
from tests.ingestion.letters import waiting_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def run(task, *arguments, deliveries=1):
    """Run a task as the worker does at this delivery of its message; 0: which is not known."""
    task.push_request(**({"receive_count": deliveries} if deliveries else {}))
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


def test_the_task_of_a_chunk_that_is_not_there_any_more_does_nothing():
    import_ = planned()
    run(write_chunk, str(import_.pk), 99)
    assert counts(import_) == {}


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


def test_a_failure_at_a_delivery_that_is_not_known_is_taken_for_the_first(settings):
    settings.MAX_DELIVERIES = 2
    import_ = planned()
    no_table()
    with pytest.raises(ServiceError):
        run(write_chunk, str(import_.pk), 1, deliveries=0)
    import_.refresh_from_db()
    assert import_.state == State.WRITING


def begun_to_be_taken_back():
    import_ = run_import(HEADER + lines(3))
    assert beginning.begin(import_, Tasks())
    return import_


def test_an_import_is_taken_back_by_its_tasks():
    import_ = begun_to_be_taken_back()
    before = waiting_tasks()
    run(undo_chunk, str(import_.pk), 0)
    assert waiting_tasks() == before + 1
    run(undo_chunk, str(import_.pk), 99)
    assert len(records()) == 3
    run(undo_chunk, str(import_.pk), 1)
    import_.refresh_from_db()
    assert (import_.state, records()) == (State.UNDONE, [])


@pytest.mark.parametrize("deliveries", [1, configured.MAX_DELIVERIES])
def test_taking_back_fails_with_its_last_delivery(deliveries):
    import_ = begun_to_be_taken_back()
    no_table()
    with pytest.raises(ServiceError):
        run(undo_chunk, str(import_.pk), 1, deliveries=deliveries)
    import_.refresh_from_db()
    is_last = deliveries > 1
    expected = (State.FAILED, account.DEAD_LETTER) if is_last else (State.UNDOING, "")
    assert (import_.state, import_.error_code) == expected


def verification_of(import_):
    verifications.begin(import_, None, Tasks())
    return Verification.objects.get()


def test_an_import_is_verified_by_its_task():
    import_ = run_import(HEADER + lines(3))
    verification = verification_of(import_)
    run(verify_import, str(import_.pk))
    verification.refresh_from_db()
    assert (verification.state, verification.differing) == ("done", 0)


@pytest.mark.parametrize("deliveries", [1, configured.MAX_DELIVERIES])
def test_a_verification_fails_with_its_last_delivery_and_leaves_the_import(deliveries):
    import_ = run_import(HEADER + lines(3))
    verification = verification_of(import_)
    Occurrence.objects.all().delete()
    no_table()
    with pytest.raises(ServiceError):
        run(verify_import, str(import_.pk), deliveries=deliveries)
    verification.refresh_from_db()
    import_.refresh_from_db()
    is_last = deliveries > 1
    assert (verification.state, import_.state) == ("failed" if is_last else "running", State.DONE)
    told = list(Occurrence.objects.values_list("event", "path"))
    assert told == ([("dead_letter", import_.get_absolute_url())] if is_last else [])


def test_a_verification_of_a_file_that_is_gone_is_no_dead_letter():
    import_ = run_import(HEADER + lines(3))
    verification = verification_of(import_)
    Occurrence.objects.all().delete()
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key, VersionId=import_.version_id)
    run(verify_import, str(import_.pk), deliveries=configured.MAX_DELIVERIES)
    verification.refresh_from_db()
    assert (verification.state, verification.error_code) == ("failed", "object_gone")
    assert not Occurrence.objects.exists()


@pytest.mark.parametrize("deliveries", [0, 2, 3])
def test_a_deletion_fails_with_its_last_delivery(settings, deliveries, caplog):
    settings.MAX_DELIVERIES = 2
    deletion = Deletion.objects.create(kind="messages", query="local_avg_min=5")
    run(delete_records, str(deletion.pk))
    deletion.refresh_from_db()
    assert deletion.state == "counted"
    Deletion.objects.update(state="counting")
    day_index.register([DATE])
    no_table()
    with pytest.raises(ServiceError):
        run(delete_records, str(deletion.pk), deliveries=deliveries)
    [failed] = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
    assert (failed["event"], failed["deletion"]) == ("task failed", str(deletion.pk))
    deletion.refresh_from_db()
    told = list(Occurrence.objects.values_list("event", "path"))
    if deliveries:
        assert (deletion.state, told) == ("failed", [("dead_letter", deletion.get_absolute_url())])
        assert deletion.error_detail.startswith(f"Gave up after {deliveries} attempts: ")
    else:
        assert (deletion.state, told) == ("counting", [])


def test_of_a_deleted_import_nothing_is_taken_back_or_verified():
    pk = str(uuid4())
    run(undo_chunk, pk, 0)
    run(undo_chunk, pk, 1)
    run(verify_import, pk)
    no_table()
    run(delete_records, pk)
    assert waiting_tasks() == 0


def test_messages_are_sent_at_once_or_with_a_delay_of_the_queue():
    queue = CeleryQueue()
    queue.plan("1")
    queue.write("1", 2)
    queue.undo("1", 2)
    queue.verify("1")
    queue.delete_records("1")
    assert sent() == (5, 0)
    queue.write("1", 2, 700)
    queue.undo("1", 2, 700)
    queue.verify("1", 700)
    queue.delete_records("1", 700)
    assert sent() == (5, 4)


def sent():
    """How many messages are to be had, and how many come later."""
    counts = sqs.probed_counts(configured.CELERY_QUEUE)
    return counts["waiting"], counts["delayed"]
