"""What one poll does with its messages: in which order, with what time, and what becomes of those
that cannot be done."""

from dataclasses import replace

import pytest
from django.conf import settings as configured

from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.aws.sqs import Delivery
from ingestion.running.inbox import dead_letters, poll, replies
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.inbox.incoming import REASON, Incoming
from ingestion.running.inbox.models import HandledMessage, Outcome
from messages_app.legacy.queue.operations import ReadRecord
from tests.ingestion.producer import of_key, post, reasons, received, send
from tests.ingestion.running.inbox.asking import (
    PASSING,
    PERMANENT,
    A,
    Table,
    asks,
    nothing_sent,
    posts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def attribute(text):
    return {"DataType": "String", "StringValue": text}


def test_messages_are_done_in_the_order_in_which_they_were_sent():
    send("POST", post())
    send("DELETE", of_key())
    sent = [
        replace(one, known={**one.known, "SentTimestamp": str(number)})
        for number, one in enumerate(received())
    ]
    assert [str(one.outcome) for one in poll.handle(sent[::-1])] == ["written", "deleted"]


def test_without_time_what_is_known_has_come_again_all_the_same(settings):
    send("POST", post())
    deliveries = received()
    poll.handle(deliveries)
    settings.VISIBILITY_SECONDS = 0
    assert [str(one.outcome) for one in poll.handle(deliveries)] == ["repeated"]


@pytest.mark.parametrize(("others", "is_put_aside"), [(8, True), (9, True), (10, False)])
def test_a_letter_has_its_reason_as_long_as_there_is_room(others, is_put_aside):
    text = {"DataType": "String", "StringValue": "x"}
    attributes = {f"a{number}": text for number in range(others)}
    one = Incoming(Delivery("an-id", "a body", "", attributes))
    one.refuse("bad\x00" + "y" * 600)
    assert dead_letters.put_aside(one) is is_put_aside
    dead = sqs.receive(sqs.queue_url(sqs.dead_letter_queue(configured.MESSAGE_INBOX_QUEUE)))
    assert [one.attributes[REASON]["StringValue"] for one in dead] == (
        ["bad?" + "y" * 496] if is_put_aside else []
    )


def test_a_letter_without_a_reason_says_so():
    send("POST", "hello")
    InboxListener().listen_once()
    assert "not JSON" in reasons()[0]
    one = asks()
    one = replace(one, delivery=replace(one.delivery, body="a body"))
    assert dead_letters.put_aside(one)
    assert any("unknown" in reason for reason in reasons())


def test_a_poll_has_half_of_the_time_that_its_messages_are_hidden(settings):
    settings.VISIBILITY_SECONDS = 1000
    assert 499 < poll.time_for_all().left <= 500


def test_without_time_what_is_wrong_is_refused_all_the_same(settings):
    settings.VISIBILITY_SECONDS = 0
    send("POST", "hello")
    assert [str(one.outcome) for one in poll.handle(received())] == ["refused"]


def test_what_is_done_with_becomes_no_dead_letter_when_it_comes_once_too_often(settings):
    settings.INBOX_REPLY_QUEUES = ["answers"]
    attributes = {"Method": attribute("GET"), "ReplyTo": attribute("answers")}
    known = {"ApproximateReceiveCount": str(settings.MAX_DELIVERIES)}
    HandledMessage.objects.create(pk="an-id")
    [one] = poll.handle([Delivery("an-id", "{}", "", attributes, known)])
    assert (one.outcome, reasons()) == (Outcome.REPEATED, [])


class BrokenReaders:
    def read(self, method, body, origin):
        raise KeyError("a fault")


def test_a_fault_of_ours_in_reading_a_message_is_its_failure_alone():
    one = asks()
    one = replace(one, delivery=replace(one.delivery, body="{}"))
    poll._read(one, BrokenReaders())
    assert one.outcome is Outcome.FAILED
    assert one.reason == "KeyError, a fault of Sluice; the log has more"


def test_a_letter_that_sqs_does_not_take_leaves_its_message_in_the_queue():
    one = posts(A)
    one.refuse("is wrong")
    with nothing_sent(PERMANENT):
        assert not dead_letters.put_aside(one)
    with nothing_sent(PASSING), pytest.raises(ServiceError):
        dead_letters.put_aside(one)


def test_an_answer_that_cannot_be_sent_just_now_is_sent_later(settings):
    settings.INBOX_REPLY_QUEUES = ["answers"]
    sqs_client().create_queue(QueueName="answers")
    delivery = Delivery("an-id", "", "", {"ReplyTo": attribute("answers")})
    one = Incoming(delivery, operation=ReadRecord(A.key))
    with nothing_sent(PASSING), pytest.raises(ServiceError):
        replies.reply(one, Table(A))
    assert one.outcome is None
    with nothing_sent(PERMANENT):
        replies.reply(one, Table(A))
    assert one.outcome is Outcome.REFUSED
