"""An inbox that is a FIFO queue: what a group asks for is done in its order."""

import json
from typing import Any

import pytest
from django.conf import settings as configured

from common.aws.clients import sqs_client
from ingestion.aws import sqs
from ingestion.aws.provision.queues import provision_queue
from ingestion.dead_letters import queue as dead_letters
from tests.ingestion.producer import (
    by_time,
    counts,
    of_key,
    post,
    put,
    reasons,
    records,
    waiting,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
FIFO = "sluice-inbox.fifo"


@pytest.fixture(autouse=True)
def fifo(aws, settings):
    settings.MESSAGE_INBOX_QUEUE = FIFO
    settings.RETRY_SECONDS = [0] * 5
    return list(provision_queue(FIFO))


def send(group: str, method: str, body: dict[str, Any], once: str = "", **texts: str) -> None:
    """Send a message in a group; ``once`` is its deduplication id, by default one of its own."""
    send.number += 1  # type: ignore[attr-defined]
    sqs_client().send_message(
        QueueUrl=sqs.queue_url(configured.MESSAGE_INBOX_QUEUE),
        MessageBody=json.dumps(body),
        MessageGroupId=group,
        MessageDeduplicationId=once or str(send.number),  # type: ignore[attr-defined]
        MessageAttributes={
            name: {"DataType": "String", "StringValue": text}
            for name, text in {"Method": method, **texts}.items()
        },
    )


send.number = 0  # type: ignore[attr-defined]


def groups_in(name: str) -> list[str]:
    """The groups of the messages that wait in a queue."""
    url = sqs.queue_url(name)
    found = sqs.receive(url)
    sqs.show_again(url, found)
    return [one.known["MessageGroupId"] for one in found]


def test_the_queue_and_that_of_its_dead_letters_are_fifo(fifo):
    assert [outcome.result for outcome in fifo] == ["created", "created"]
    again = list(provision_queue(FIFO))
    assert [(outcome.thing, outcome.result) for outcome in again] == [
        ("queue sluice-inbox-dead-letters.fifo", "exists"),
        ("queue sluice-inbox.fifo", "exists"),
    ]


def test_messages_about_different_records_are_done_in_the_order_of_their_group(listen):
    for number in range(25):
        send("one", "POST", post(f"10:00:{number:02}"))
        send("two", "POST", post(f"11:00:{number:02}"))
    while waiting():
        listen()
    assert len(records()) == 50
    assert counts() == {("POST", "written"): 50}


def test_a_message_that_fails_holds_the_later_ones_of_its_group_back_and_no_other(listen):
    send("one", "PUT", put("10:00:00", source="wired"))
    send("one", "POST", post("10:00:01"))
    send("one", "POST", post("10:00:02"))
    send("two", "POST", post("10:00:03"))
    listen()
    assert list(by_time("source")) == ["10:00:03"]
    assert waiting() == 3
    send("two", "POST", post("10:00:00"))
    for _ in range(4):
        listen()
    assert by_time("source") == {
        "10:00:00": "wired",
        "10:00:01": "wireless",
        "10:00:02": "wireless",
        "10:00:03": "wireless",
    }
    assert (waiting(), reasons()) == (0, [])


def test_a_message_that_failed_too_often_holds_nobody_back_any_more(listen):
    send("one", "PUT", put("10:00:00", source="wired"))
    send("one", "POST", post("10:00:01"))
    for _ in range(5):
        assert by_time("source") == {}
        listen()
    assert list(by_time("source")) == ["10:00:01"]
    assert len(reasons()) == 1


def test_a_wrong_message_keeps_its_group_among_the_dead_letters_and_holds_nobody_back(listen):
    send("one", "POST", post(local_avg="-1"))
    send("one", "POST", post("10:00:01"))
    listen()
    assert list(by_time("source")) == ["10:00:01"]
    assert reasons() == ["Refused: local_avg must be 0 or more."]
    assert groups_in("sluice-inbox-dead-letters.fifo") == ["one"]
    assert waiting() == 0


def test_a_dead_letter_is_sent_back_in_its_group_as_often_as_one_likes(listen):
    """SQS drops for five minutes what has the deduplication id of another."""
    send("one", "POST", post(local_avg="-1"), once="the first")
    listen()
    for _ in range(3):
        assert dead_letters.redrive() == 1
        assert groups_in(FIFO) == ["one"]
        listen()
        assert reasons() == ["Refused: local_avg must be 0 or more."]
    (letter,) = dead_letters.waiting()
    assert dead_letters.resend(letter.id, "POST", json.dumps(post(local_avg="1")))
    listen()
    assert by_time("local_avg") == {"10:55:09": "1"}
    assert (reasons(), waiting()) == ([], 0)


def test_all_dead_letters_of_a_group_are_sent_back_in_their_order(listen):
    for number in range(25):
        send("one", "POST", post(f"10:00:{number:02}", local_avg="-1"))
    while waiting():
        listen()
    assert dead_letters.redrive() == 25
    assert (waiting(), reasons()) == (25, [])


def test_answers_go_to_a_fifo_queue_too(listen, settings):
    settings.INBOX_REPLY_QUEUES = ["answers.fifo"]
    sqs_client().create_queue(QueueName="answers.fifo", Attributes={"FifoQueue": "true"})
    send("one", "GET", of_key(), ReplyTo="answers.fifo")
    send("one", "GET", of_key(), ReplyTo="answers.fifo")
    listen()
    assert groups_in("answers.fifo") == ["one", "one"]
