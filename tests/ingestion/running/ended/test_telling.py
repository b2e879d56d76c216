"""People are told what becomes of imports and dead letters: once, when it becomes true."""

import json

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.aws.clients import dynamodb_client, sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.models import Import
from ingestion.running import lifecycle
from ingestion.running.ended.telling import tell_of
from ingestion.running.listener import Listener
from ingestion.running.tasks import delete_records, write_chunk
from notices.models import Occurrence
from tests.ingestion.formats.making import make
from tests.ingestion.helpers import HEADER, Tasks, lines, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def told() -> list[tuple[str, str]]:
    return list(Occurrence.objects.order_by("at").values_list("event", "subject"))


def test_an_import_that_is_done_is_told_with_its_receipt():
    import_ = run(HEADER + lines(3) + "wrong\n", key="a/b.csv")
    [one] = Occurrence.objects.all()
    assert (one.event, one.kind) == ("import_done", "messages")
    assert one.subject == "a/b.csv: 4 rows read, 1 rejected"
    assert one.path == import_.get_absolute_url()
    assert one.payload["receipt"] == import_.receipt.as_dict()
    assert one.payload["error"] is None


def test_what_happens_to_it_twice_or_late_is_told_once():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.waiting *= 3
    tasks.run()
    tell_of(import_)
    lifecycle.fail(import_, "late", "Too late.")
    assert [event for event, _ in told()] == ["import_done"]


def test_a_wrong_file_is_told_with_what_to_change():
    run("nonsense\n1\n", key="a.csv")
    [(event, subject)] = told()
    assert event == "import_failed"
    assert subject.startswith("a.csv failed: ")


def test_an_upload_is_told_by_the_name_that_it_had():
    run("nonsense\n1\n", key="uploads/2026-11-28/0000/a.csv")
    assert told()[0][1].startswith("a.csv failed: ")


def test_a_file_without_rows_is_told_as_failed_alone():
    run(HEADER)
    assert [event for event, _ in told()] == ["import_failed"]


def test_an_import_that_stops_for_its_rejects_is_told_once(settings):
    settings.MAX_REJECTS, settings.CHUNK_BYTES = 2, 64
    run(HEADER + "wrong\n" * 100)
    assert [event for event, _ in told()] == ["import_failed"]


def test_an_import_that_is_held_is_told(settings):
    settings.HOLD_REJECTED_PERCENT = 10
    run(HEADER + lines(2) + "wrong\n" * 2)
    assert [event for event, _ in told()] == ["import_held"]


def test_a_forecast_that_somebody_asked_for_is_not_told():
    run(HEADER + lines(2), dry_run="true")
    assert told() == []


def test_one_that_waits_is_told_and_again_when_it_waits_again():
    import_ = run("when;what\n1;2\n", key="w.csv")
    [(event, subject)] = told()
    assert event == "import_waits"
    assert subject.startswith("w.csv waits for an answer: ")
    Import.objects.filter(pk=import_.pk).update(state="queued", waiting_for={})
    tasks = Tasks()
    tasks.plan(str(import_.pk))
    tasks.run()
    assert [event for event, _ in told()] == ["import_waits"] * 2


def test_the_format_is_told_by_its_name():
    format_ = make()
    run(HEADER + lines(1), key="other.csv")
    Import.objects.update(format_version=format_.current)
    Occurrence.objects.all().delete()
    tell_of(Import.objects.get())
    assert Occurrence.objects.get().format == format_.name


def test_the_last_delivery_of_a_task_is_told_as_a_dead_letter():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    dynamodb_client().delete_table(TableName=configured.MESSAGES_TABLE)
    for deliveries in (1, configured.MAX_DELIVERIES):
        write_chunk.push_request(receive_count=deliveries)
        with pytest.raises(ServiceError):
            write_chunk.run(str(import_.pk), 1)
        write_chunk.pop_request()
    assert [event for event, _ in told()] == ["dead_letter"]


def test_a_deletion_that_does_not_exist_tells_nothing():
    delete_records.run("00000000-0000-0000-0000-000000000000")
    assert told() == []


def test_an_event_of_the_bucket_is_told_with_its_last_delivery():
    url = sqs.queue_url(configured.BUCKET_EVENTS_QUEUE)
    sqs_client().send_message(QueueUrl=url, MessageBody=json.dumps({"wrong": 1}))
    counts = []
    for _ in range(configured.MAX_DELIVERIES):
        listener = Listener(Tasks())
        received = sqs.receive(url, hidden_seconds=0)
        counts.append(received[0].known["ApproximateReceiveCount"])
        listener._handle(received[0])
    assert counts[-1] == str(configured.MAX_DELIVERIES)
    [(event, subject)] = told()
    assert event == "dead_letter"
    assert (
        subject
        == f"A message of {configured.BUCKET_EVENTS_QUEUE} is a dead letter: it cannot be read."
    )


def test_to_tell_of_an_import_takes_two_statements():
    import_ = run(HEADER + lines(1))
    with CaptureQueriesContext(connection) as statements:
        tell_of(import_)
    assert [one["sql"].split()[0] for one in statements] == ["SELECT", "INSERT"]
