"""Each method of the inbox against the embedded AWS: what it does, and what it refuses."""

import json
from decimal import Decimal

import pytest
from django.conf import settings as configured

from audit.models import AuditEntry
from common.aws.clients import sqs_client
from ingestion.aws import sqs
from messages_app.models import Day
from messages_app.schema.record import QueueOrigin
from messages_app.store.partitions import spread
from tests.ingestion.producer import (
    DATE,
    batch,
    by_time,
    counts,
    item,
    key,
    of_key,
    post,
    put,
    reasons,
    records,
    send,
    waiting,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
TABLE = configured.MESSAGES_TABLE


def test_a_post_makes_a_record_that_names_its_message(listen):
    sent = send("POST", post("10:55:09.385333", local_avg="0.10000000000000000000000000000000001"))
    listen()
    (record,) = records()
    assert record.time == "10:55:09.385333"
    assert record.values["local_avg"] == Decimal("0.10000000000000000000000000000000001")
    origin = record.origin
    assert isinstance(origin, QueueOrigin)
    assert (origin.queue, origin.message_id) == (configured.MESSAGE_INBOX_QUEUE, sent)
    assert waiting() == 0
    assert counts() == {("POST", "written"): 1}
    assert Day.objects.get().count == 1


def test_a_post_whose_key_is_taken_stands_beside_the_other(listen):
    send("POST", post(source="one"))
    listen()
    send("POST", post(source="two"))
    listen()
    assert sorted(by_time("source").values()) == ["one", "two"]
    assert counts() == {("POST", "written"): 1, ("POST", "kept"): 1}


def test_an_equal_post_changes_nothing(listen):
    for _ in range(2):
        send("POST", post())
    listen()
    assert len(records()) == 1
    assert counts() == {("POST", "written"): 1, ("POST", "unchanged"): 1}


def test_a_put_sets_fields_and_leaves_the_others(listen):
    send("POST", post())
    send("PUT", put(source="wired", local_avg="5.5"))
    listen()
    (record,) = records()
    assert (record.values["source"], record.values["local_avg"]) == ("wired", Decimal("5.5"))
    assert record.values["location"] == "location-03"
    assert counts() == {("POST", "written"): 1, ("PUT", "changed"): 1}


def test_a_put_that_comes_before_its_record_waits_for_it(listen, settings):
    settings.RETRY_SECONDS = [0] * 5
    send("PUT", put(source="wired"))
    listen()
    assert waiting() == 1
    send("POST", post())
    listen()
    listen()
    assert by_time("source") == {"10:55:09": "wired"}
    assert counts()["PUT", "changed"] == 1
    assert waiting() == 0


def test_a_put_whose_record_never_comes_becomes_a_dead_letter(listen, settings):
    settings.RETRY_SECONDS = [0] * 5
    send("PUT", put(source="wired"))
    for _ in range(5):
        assert reasons() == []
        listen()
    assert reasons() == [f"Refused: after 5 deliveries: there is no record {DATE} 10:55:09."]
    assert waiting() == 0


def test_a_delete_deletes_what_the_key_names_and_nothing_else(listen):
    send("POST", post("10:55:09"))
    send("POST", post("10:55:09.500000"))
    send("DELETE", of_key("10:55:09"))
    listen()
    assert list(by_time("source")) == ["10:55:09.500000"]
    send("DELETE", of_key("10:55:09"))
    listen()
    assert list(by_time("source")) == ["10:55:09.500000"]
    assert counts()["DELETE", "absent"] == 1
    assert Day.objects.get().count == 1


def test_a_batch_puts_and_deletes(listen):
    send("POST", post("01:00:00"))
    send(
        "BATCH_WRITE",
        batch(
            {"PutRequest": {"Item": item("02:00:00")}},
            {"PutRequest": {"Item": item("03:00:00")}},
            {"DeleteRequest": {"Key": key("01:00:00")}},
        ),
    )
    listen()
    assert list(by_time("source")) == ["02:00:00", "03:00:00"]
    assert [record.origin.number for record in records()] == [1, 2]
    assert counts()["BATCH_WRITE", "written"] == 1
    assert Day.objects.get().count == 2


def reply_queue(settings, name="answers"):
    settings.INBOX_REPLY_QUEUES = [name]
    return sqs_client().create_queue(QueueName=name)["QueueUrl"]


def test_a_get_is_answered_to_the_queue_that_it_names(listen, settings):
    url = reply_queue(settings)
    send("POST", post())
    asked = send("GET", of_key(), ReplyTo="answers")
    send("GET", of_key("11:00:00"), ReplyTo="answers")
    listen()
    first, second = sqs.receive(url)
    assert json.loads(first.body)["Item"]["local_avg"] == {"N": "4.39"}
    assert first.attributes["InReplyTo"]["StringValue"] == asked
    assert json.loads(second.body) == {}
    assert counts()["GET", "answered"] == 2


def test_all_records_are_answered_page_by_page(listen, settings):
    url = reply_queue(settings)
    for second in range(5):
        send("POST", post(f"10:00:0{second}"))
    listen()
    start: dict[str, object] = {}
    times = []
    for _ in range(3):
        send("GET_ALL", {"TableName": TABLE, "Limit": 2, **start}, ReplyTo="answers")
        listen()
        (answer,) = sqs.receive(url)
        sqs.delete(url, [answer])
        page = json.loads(answer.body)
        times += [one["time"]["S"] for one in page["Items"]]
        start = {"ExclusiveStartKey": page.get("LastEvaluatedKey")}
    assert times == [f"10:00:0{second}" for second in range(5)]


@pytest.mark.parametrize("reply_to", ["", "somebody-elses"])
def test_nothing_is_answered_to_a_queue_that_is_not_allowed(listen, settings, reply_to):
    reply_queue(settings)
    url = sqs_client().create_queue(QueueName="somebody-elses")["QueueUrl"]
    send("GET", of_key(), ReplyTo=reply_to)
    send("GET_ALL", {"TableName": TABLE}, ReplyTo=reply_to)
    listen()
    assert sqs.backlog(url) == 0
    assert waiting() == 0
    assert counts() == {("GET", "dropped"): 1, ("GET_ALL", "dropped"): 1}


def test_an_answer_to_a_queue_that_is_not_there_becomes_a_dead_letter(listen, settings):
    settings.INBOX_REPLY_QUEUES = ["not-made-yet"]
    send("GET", of_key(), ReplyTo="not-made-yet")
    listen()
    (reason,) = reasons()
    assert "not-made-yet" in reason


def without(body, name):
    return {field: value for field, value in body.items() if field != name}


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("", post(), "its method is missing"),
        ("post", post(), "its method is “post”; it must be one of POST, PUT"),
        ("POST", "hello", "the body is not JSON"),
        ("POST", "[" * 30 + "]" * 30, "the body is not JSON"),
        ("POST", "[1]", "the body must be a JSON object"),
        ("POST", {"Records": []}, "TableName is missing"),
        ("POST", {"Event": "s3:TestEvent"}, "TableName is missing"),
        ("POST", {**post(), "TableName": "another"}, f"the table “another” is not {TABLE}."),
        ("POST", {"TableName": TABLE}, "the object Item is missing"),
        ("POST", {"TableName": TABLE, "Item": {**item(), "colour": {"S": "x"}}}, "colour is not a"),
        ("POST", post(local_avg="-1"), "local_avg must be 0 or more"),
        ("POST", post(local_avg="1e999999"), "local_avg"),
        ("POST", post(source=""), "source must not be empty"),
        ("POST", {"TableName": TABLE, "Item": {**item(), "source": "plain"}}, "not a value of Dyn"),
        (
            "POST",
            {"TableName": TABLE, "Item": {**item(), "source": {"N": "5"}}},
            "must be a string",
        ),
        (
            "POST",
            {"TableName": TABLE, "Item": {**item(), "source": {"BOOL": True}}},
            "neither text",
        ),
        ("POST", {"TableName": TABLE, "Item": without(item(), "source")}, "source is missing"),
        ("PUT", put(timestamp="5"), "timestamp cannot change"),
        (
            "PUT",
            {**put(source="a"), "ConditionExpression": "x"},
            "ConditionExpression is not taken",
        ),
        ("PUT", {**put(source="a"), "Key": {"date": {"S": DATE}}}, "Key must be an object with"),
        ("PUT", {**put(source="a"), "UpdateExpression": "ADD a :b"}, "UpdateExpression has ADD"),
        ("DELETE", of_key("10:55"), "Key is wrong: time is not a time"),
        ("GET", {"TableName": TABLE}, "Key must be an object"),
        ("GET_ALL", {"TableName": TABLE, "Limit": 0}, "Limit must be a number from 1"),
        ("BATCH_WRITE", {"TableName": TABLE}, "must have the object RequestItems"),
        ("BATCH_WRITE", {"RequestItems": {"another": []}}, "the table “another” is not"),
        ("BATCH_WRITE", batch(), "a list of 1 to 25 requests"),
        ("BATCH_WRITE", batch({"Put": {}}), "request 1: must be an object with a PutRequest"),
        (
            "BATCH_WRITE",
            batch(
                {"PutRequest": {"Item": item("01:00:00")}},
                {"PutRequest": {"Item": item("02:00:00", source="")}},
            ),
            "request 2: source must not be empty",
        ),
        (
            "BATCH_WRITE",
            batch({"PutRequest": {"Item": item()}}, {"DeleteRequest": {"Key": key()}}),
            "both put and deleted",
        ),
    ],
)
def test_what_is_wrong_becomes_a_dead_letter_at_once_with_the_reason(listen, method, body, reason):
    send(method, body)
    listen()
    assert waiting() == 0
    assert records() == []
    (why,) = reasons()
    assert reason in why
    assert counts() == {(method, "refused"): 1}


def test_the_audit_trail_tells_who_sent_what_was_done(listen):
    first = send("POST", post())
    listen()
    send("PUT", put(source="wired"))
    send("DELETE", of_key())
    listen()
    deleted, changed, created = AuditEntry.objects.all()
    assert [created.action, changed.action, deleted.action] == ["created", "changed", "deleted"]
    assert created.channel == "inbox"
    assert created.user is None
    assert created.user_name == records_sender()
    assert created.target == f"{DATE} 10:55:09"
    assert created.detail["message"] == first
    assert changed.detail["values"] == {"source": ["wireless", "wired"]}


def records_sender():
    """Who the embedded AWS says sent a message."""
    url = sqs.queue_url(configured.MESSAGE_INBOX_QUEUE)
    send("POST", "{}")
    (delivery,) = sqs.receive(url)
    return delivery.known["SenderId"]


def test_of_many_records_at_once_the_audit_trail_has_one_entry(listen):
    ids = [send("POST", post(f"10:00:0{second}")) for second in range(3)]
    listen()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind) == ("wrote a batch", "message")
    assert sorted(entry.detail["messages"]) == sorted(ids)
    assert entry.detail["receipt"] == {"written": 3}


def test_a_record_that_is_yet_to_move_is_met_changed_and_deleted(listen):
    send("POST", post("10:00:01", source="one"))
    send("POST", post("10:00:02", source="one"))
    listen()
    spread.begin("messages", 8, 0)
    send("POST", post("10:00:01", source="two"))
    send("PUT", put("10:00:02", source="two"))
    listen()
    assert sorted(by_time("source").values()) == ["one", "two", "two"]
    send("DELETE", of_key("10:00:01"))
    listen()
    assert sorted(by_time("source").values()) == ["two", "two"]
    assert counts()["POST", "kept"] == 1
