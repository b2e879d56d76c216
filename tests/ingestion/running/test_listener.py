"""The listener against the embedded AWS: which messages start imports, and which stay."""

import json

import pytest
from django.conf import settings as configured

from common.aws.clients import s3_client
from ingestion.aws import sqs
from ingestion.models import Import
from ingestion.running.listener import Listener
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put
from tests.ingestion.running import test_s3_events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def listen(tasks, settings):
    settings.POLL_SECONDS = 0
    return Listener(tasks).listen_once


def record(key, bucket="", **described):
    """The record of an event of our own bucket, or of another."""
    event = test_s3_events.record(key, **described)
    event["s3"]["bucket"]["name"] = bucket or configured.DATA_BUCKET
    return event


def url():
    return sqs.queue_url(configured.BUCKET_EVENTS_QUEUE)


def test_a_file_that_is_put_into_the_bucket_is_imported(listen, tasks):
    put(HEADER + lines(3), key="büro 1+2/file.csv")
    listen()
    tasks.run()
    import_ = Import.objects.get()
    assert import_.key == "büro 1+2/file.csv"
    assert counts(import_) == {"read": 3, "written": 3}
    assert sqs.backlog(url()) == 0


def test_a_file_is_imported_once_however_its_event_comes(listen, tasks):
    stored = put(HEADER + lines(3), key="a+b ü.csv")
    event = test_s3_events.event_bridge(stored.key)
    event["detail"]["bucket"]["name"] = stored.bucket
    event["detail"]["object"] |= {"etag": stored.etag, "version-id": stored.version_id}
    sqs.send(url(), json.dumps(event))
    bare = sqs.receive(url(), hidden_seconds=0)
    assert len(bare) == 2
    for one in bare:
        sqs.send(url(), test_s3_events.through_sns(one.body))
    for _ in range(2):
        listen()
    tasks.run()
    assert counts(Import.objects.get()) == {"read": 3, "written": 3}
    assert sqs.backlog(url()) == 0


def test_a_message_with_several_records_starts_several_imports(listen, tasks):
    sqs.send(url(), json.dumps({"Records": [record("a.csv"), record("b.csv")]}))
    listen()
    assert sorted(import_.key for import_ in Import.objects.all()) == ["a.csv", "b.csv"]
    assert len(tasks.waiting) == 2


def test_a_message_that_comes_twice_starts_one_import(listen, tasks):
    for _ in range(2):
        sqs.send(url(), json.dumps({"Records": [record("a.csv")]}))
    listen()
    listen()
    assert Import.objects.count() == 1


def test_the_test_event_is_taken_off_the_queue(listen):
    sqs.send(url(), '{"Service": "Amazon S3", "Event": "s3:TestEvent"}')
    listen()
    assert sqs.backlog(url()) == 0


def test_an_unreadable_message_stays_in_the_queue_and_holds_up_no_other(listen, tasks):
    sqs.send(url(), "hello")
    sqs.send(url(), json.dumps({"Records": [record("a.csv")]}))
    listen()
    listen()
    assert Import.objects.count() == 1
    assert sqs.backlog(url()) == 1


@pytest.mark.parametrize("key", ["_sluice/a.csv", "notes.txt"])
def test_what_is_no_file_to_import_is_taken_off_the_queue(listen, tasks, key):
    sqs.send(url(), json.dumps({"Records": [record(key)]}))
    listen()
    assert not Import.objects.exists()
    assert sqs.backlog(url()) == 0


def test_an_empty_queue_is_no_failure(listen):
    listen()
    assert not Import.objects.exists()


def test_a_message_stays_while_its_task_cannot_be_sent(settings):
    class Broken(Tasks):
        def plan(self, import_id):
            raise OSError("no broker")

    settings.POLL_SECONDS = 0
    sqs.send(url(), json.dumps({"Records": [record("a.csv")]}))
    with pytest.raises(OSError, match="no broker"):
        Listener(Broken()).listen_once()
    assert sqs.backlog(url()) == 1


@pytest.mark.parametrize("size", ["1e999", "9" * 40, '"\\ud800"', "[]"])
def test_an_event_with_a_size_that_cannot_be_holds_up_no_other(listen, tasks, size):
    poison = json.dumps({"Records": [record("a.csv", size=0)]}).replace(": 0", f": {size}")
    sqs.send(url(), poison)
    sqs.send(url(), json.dumps({"Records": [record("b.csv")]}))
    listen()
    listen()
    assert [import_.key for import_ in Import.objects.all()] == ["b.csv"]
    assert sqs.backlog(url()) == 1


def test_an_event_of_another_bucket_starts_nothing_and_stays_in_the_queue(listen):
    records = [record("a.csv"), record("b.csv", bucket="somebody-elses")]
    sqs.send(url(), json.dumps({"Records": records}))
    listen()
    assert not Import.objects.exists()
    assert sqs.backlog(url()) == 1


def test_a_message_that_breaks_something_ends_nothing_and_holds_up_no_other(settings):
    class Breaks(Tasks):
        def plan(self, import_id):
            if Import.objects.get(pk=import_id).key == "a.csv":
                raise OverflowError("a fault of our own")
            super().plan(import_id)

    settings.POLL_SECONDS = 0
    tasks = Breaks()
    for key in ("a.csv", "b.csv"):
        sqs.send(url(), json.dumps({"Records": [record(key)]}))
    Listener(tasks).listen_once()
    Listener(tasks).listen_once()
    assert len(tasks.waiting) == 1
    assert sqs.backlog(url()) == 1


@pytest.mark.django_db(transaction=True)  # between messages the listener drops its connection
def test_listening_goes_on_after_a_failure(settings):
    class LastPlan(Tasks):
        def plan(self, import_id):
            super().plan(import_id)
            listener.stop()

    def recover(seconds):
        pauses.append(seconds)
        settings.BUCKET_EVENTS_QUEUE = name

    pauses: list[float] = []
    tasks, name = LastPlan(), settings.BUCKET_EVENTS_QUEUE
    settings.POLL_SECONDS = 0
    put(HEADER + lines(1))
    settings.BUCKET_EVENTS_QUEUE = "no-such-queue"
    listener = Listener(tasks, recover)
    listener.run()
    assert len(pauses) == 1
    assert len(tasks.waiting) == 1


def test_a_deleted_file_starts_nothing(listen, tasks):
    put(HEADER + lines(1))
    listen()
    s3_client().delete_object(Bucket=configured.DATA_BUCKET, Key="file.csv")
    listen()
    assert Import.objects.count() == 1
