"""What staff can do with messages that could not be handled."""

import base64
import json

import pytest
from botocore.exceptions import EndpointConnectionError
from django.conf import settings
from django.utils import timezone

from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.dead_letters import queue as dead_letters
from ingestion.dead_letters.content import DeadLetter
from ingestion.running import lifecycle, progress
from ingestion.running.tasks import CeleryQueue
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put, start
from tests.ingestion.letters import (
    dead_import,
    inbox,
    make_dead_letter,
    put_dead,
    waiting_tasks,
)
from tests.ingestion.producer import post
from tests.ingestion.producer import put as change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def test_a_dead_letter_tells_its_task_and_its_import():
    import_ = dead_import()
    (letter,) = dead_letters.waiting()
    assert (letter.task, letter.import_id) == ("ingestion.plan_import", str(import_.pk))


def test_looking_at_dead_letters_leaves_them_where_they_are():
    dead_import()
    dead_letters.waiting()
    assert len(dead_letters.waiting()) == 1


def test_a_redriven_letter_is_back_in_its_queue_and_its_import_goes_on():
    import_ = dead_import()
    assert dead_letters.redrive() == 1
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == ("planning", "")
    assert waiting_tasks() == 1
    assert dead_letters.waiting() == []


def test_only_the_chosen_letters_are_redriven():
    first, second = dead_import("in/1.csv"), dead_import("in/2.csv")
    chosen = [one.id for one in dead_letters.waiting() if one.import_id == str(first.pk)]
    assert dead_letters.redrive(chosen) == 1
    assert [letter.import_id for letter in dead_letters.waiting()] == [str(second.pk)]


def test_a_discarded_letter_is_gone_and_its_import_stays_failed():
    import_ = dead_import()
    assert dead_letters.discard() == 1
    import_.refresh_from_db()
    assert import_.state == "failed"
    assert dead_letters.waiting() == []
    assert waiting_tasks() == 0


def test_an_event_that_nobody_could_read_is_a_dead_letter_without_a_task():
    url = sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE))
    sqs.send(url, "not an event")
    (letter,) = dead_letters.waiting()
    assert (letter.queue, letter.task, letter.body) == (
        settings.BUCKET_EVENTS_QUEUE,
        "",
        "not an event",
    )


def test_more_letters_than_one_answer_holds_are_all_seen():
    url = sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE))
    for number in range(25):
        sqs.send(url, f"event {number}")
    assert len(dead_letters.waiting()) == 25


def test_a_letter_of_celery_that_cannot_be_read_is_shown_without_a_task():
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(settings.CELERY_QUEUE)), "hello")
    (letter,) = dead_letters.waiting()
    assert (letter.queue, letter.task, letter.body) == (settings.CELERY_QUEUE, "", "hello")


def test_a_redriven_plan_goes_on_to_the_end_of_its_import():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    lifecycle.fail(import_, progress.DEAD_LETTER, "Gave up.")
    make_dead_letter(import_)
    dead_letters.redrive()
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}


def test_a_redriven_event_is_back_in_its_own_queue():
    put(HEADER)
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    (event,) = sqs.receive(url)
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE)), event.body)
    sqs.delete(url, [event])
    dead_letters.redrive()
    assert [one.body for one in sqs.receive(url)] == [event.body]


ITEM = post()


def test_a_chunks_letter_tells_which_chunk():
    import_ = dead_import()
    CeleryQueue().write(str(import_.pk), 7)
    (task,) = [one.body for one in sqs.receive(sqs.queue_url(settings.CELERY_QUEUE))]
    put_dead(settings.CELERY_QUEUE, task)
    assert {letter.chunk for letter in dead_letters.waiting()} == {None, 7}


def test_an_event_tells_its_objects():
    put(HEADER, "in/a b.csv")
    (event,) = sqs.receive(sqs.queue_url(settings.BUCKET_EVENTS_QUEUE))
    put_dead(settings.BUCKET_EVENTS_QUEUE, event.body)
    (letter,) = dead_letters.waiting()
    assert letter.objects == ((settings.DATA_BUCKET, "in/a b.csv"),)
    assert letter.subject == f"s3://{settings.DATA_BUCKET}/in/a b.csv"


def test_a_message_of_the_inbox_tells_its_method_and_its_record():
    put_dead(settings.MESSAGE_INBOX_QUEUE, json.dumps(ITEM), "POST")
    (letter,) = dead_letters.waiting()
    assert (letter.method, letter.subject, letter.fault) == ("POST", "2019-05-28 10:55:09", "")


@pytest.mark.parametrize(
    ("method", "body", "fault"),
    [
        ("", "{}", "its method is missing"),
        ("PATCH", "{}", "its method is “PATCH”"),
        ("POST", "hello", "the body is not JSON"),
        ("POST", "[1]", "must be a JSON object"),
        ("PUT", '{"Key": {"date": {"S": "x"}}}', "TableName is missing"),
    ],
)
def test_a_message_of_the_inbox_tells_what_is_wrong_with_it(method, body, fault):
    put_dead(settings.MESSAGE_INBOX_QUEUE, body, method)
    (letter,) = dead_letters.waiting()
    assert fault in letter.fault


@pytest.mark.parametrize("queue", ["BUCKET_EVENTS_QUEUE", "MESSAGE_INBOX_QUEUE", "CELERY_QUEUE"])
@pytest.mark.parametrize(
    "body",
    ["", "NaN", '{"Item": "\\ud800"}', "[" * 5000, base64.b64encode(b'{"body": "e30="}').decode()],
)
def test_a_letter_of_any_kind_is_shown(queue, body):
    put_dead(getattr(settings, queue), body or "?")
    (letter,) = dead_letters.waiting()
    assert letter.fault
    assert letter.text.encode()


def test_a_letter_tells_when_it_came_and_how_often_it_was_received():
    put_dead(settings.MESSAGE_INBOX_QUEUE, "hello")
    dead_letters.waiting()
    (letter,) = dead_letters.waiting()
    assert letter.receives == 2
    assert letter.sent_at
    assert letter.received_at
    assert letter.sent_at <= letter.received_at <= timezone.now()


def test_a_redriven_message_keeps_its_attributes():
    put_dead(settings.MESSAGE_INBOX_QUEUE, json.dumps(ITEM), "POST")
    dead_letters.redrive()
    assert inbox() == [("POST", json.dumps(ITEM))]


def test_each_letter_is_told_of_when_it_was_dealt_with():
    first, second = put_dead(settings.MESSAGE_INBOX_QUEUE, "1"), dead_import()
    told: list[DeadLetter] = []
    dead_letters.redrive(then=told.append)
    assert {one.id for one in told} >= {first}
    assert {one.import_id for one in told} >= {str(second.pk)}


def test_a_letter_that_cannot_be_sent_back_is_not_lost():
    first = put_dead(settings.BUCKET_EVENTS_QUEUE, "hello")
    sqs_client().delete_queue(QueueUrl=sqs.queue_url(settings.BUCKET_EVENTS_QUEUE))
    with pytest.raises(ServiceError):
        dead_letters.redrive()
    assert [letter.id for letter in dead_letters.waiting()] == [first]


def test_a_letter_that_was_sent_back_and_not_deleted_is_there_twice_and_not_lost():
    id_ = put_dead(settings.MESSAGE_INBOX_QUEUE, json.dumps(ITEM), "POST")
    events = sqs_client().meta.events

    def cut_off(**_):
        raise EndpointConnectionError(endpoint_url="sqs")

    events.register("before-call.sqs.DeleteMessageBatch", cut_off, unique_id="cut off")
    with pytest.raises(ServiceError):
        dead_letters.redrive()
    events.unregister("before-call.sqs.DeleteMessageBatch", unique_id="cut off")
    assert dead_letters.find(id_)
    assert inbox() == [("POST", json.dumps(ITEM))]


def test_a_mended_message_takes_the_place_of_its_letter():
    id_ = put_dead(settings.MESSAGE_INBOX_QUEUE, "{", "POST")
    mended = json.dumps(change(source="wired"))
    assert dead_letters.resend(id_, "PUT", mended)
    assert dead_letters.waiting() == []
    assert inbox() == [("PUT", mended)]


def test_what_the_inbox_would_not_take_is_not_sent():
    id_ = put_dead(settings.MESSAGE_INBOX_QUEUE, "{", "POST")
    with pytest.raises(ValueError, match="the body is not JSON"):
        dead_letters.resend(id_, "POST", "{")
    assert inbox() == []
    assert dead_letters.find(id_)


def test_a_task_cannot_be_mended():
    dead_import()
    (letter,) = dead_letters.waiting()
    assert not dead_letters.resend(letter.id, "POST", json.dumps(ITEM))
    assert len(dead_letters.waiting()) == 1


POISON = [
    *(
        '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"},'
        f' "object": {{"key": "a.csv", "size": {size}}}}}}}]}}'
        for size in ("1e999", "9" * 40, '"\\ud800"')
    ),
    '{"Item": {"date": {"S": "\\ud800"}, "time": {"N": 1e999999}}}',
    "[" * 30_000 + "]" * 30_000,
    "9" * 5000,
    base64.b64encode(b'{"body": "W1sxZTk5OV0sIHt9LCB7fV0=", "headers": {"task": {}}}').decode(),
]


@pytest.mark.parametrize("body", POISON)
def test_whatever_a_letter_says_it_is_listed_and_can_be_discarded(body):
    for queue in sqs.queue_names():
        put_dead(queue, body, method="\u2028")
    found = dead_letters.waiting()
    assert [letter.queue for letter in found] == list(sqs.queue_names())
    assert all(letter.text.encode() and letter.fault for letter in found[::2])
    assert dead_letters.discard() == 3


def test_an_event_of_another_bucket_says_so():
    s3 = {"bucket": {"name": "not-ours"}, "object": {"key": "a.csv", "size": 1}}
    event = {"eventName": "ObjectCreated:Put", "s3": s3}
    put_dead(settings.BUCKET_EVENTS_QUEUE, json.dumps({"Records": [event]}))
    (letter,) = dead_letters.waiting()
    assert "not-ours" in letter.fault
    assert settings.DATA_BUCKET in letter.fault


def test_nested_json_is_shown_in_about_the_length_that_it_has():
    deep = "[" * 900 + "]" * 900
    body = f"[{','.join([deep] * 34)}]"
    put_dead(settings.MESSAGE_INBOX_QUEUE, body, method="PUT")
    (letter,) = dead_letters.waiting()
    assert letter.text == body


def test_a_long_list_is_shown_in_about_the_length_that_it_has():
    body = "[" * 20 + ",".join(["0"] * 60_000) + "]" * 20
    put_dead(settings.MESSAGE_INBOX_QUEUE, body)
    (letter,) = dead_letters.waiting()
    assert letter.text == body


def test_what_a_letter_is_about_is_cut_off_when_it_is_long():
    body = json.dumps({"Item": {"date": {"S": "9" * 60_000}, "time": {"S": "9"}}})
    put_dead(settings.MESSAGE_INBOX_QUEUE, body, method="m" * 60_000)
    (letter,) = dead_letters.waiting()
    assert len(letter.subject) < 300
    assert len(letter.fault) < 300
    assert len(letter.method) < 300
