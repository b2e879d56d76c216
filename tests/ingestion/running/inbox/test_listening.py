"""The listener of the inbox: what it does with failures, how much it takes, what it gives back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.aws.sqs import Delivery
from ingestion.running.inbox import letters, poll
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.inbox.incoming import REASON, Incoming
from ingestion.running.inbox.models import HandledMessage
from tests.common.clock import Clock
from tests.ingestion.producer import counts, of_key, post, put, reasons, records, send, waiting
from tests.ingestion.running.inbox.asking import asks, no_answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.POLL_SECONDS = 0


def received():
    return sqs.receive(sqs.queue_url(configured.MESSAGE_INBOX_QUEUE), wait_seconds=0)


class Failing(InboxListener):
    """A listener whose first polls end with these errors."""

    def __init__(self, *errors):
        self.clock = Clock()
        super().__init__(self.clock.sleep)
        self.errors = list(errors)

    def listen_once(self):
        if self.errors:
            raise self.errors.pop(0)
        self.stop()


@pytest.mark.parametrize("error", [no_answer(), OSError("gone"), KeyError("a fault")])
def test_whatever_fails_is_waited_out(error):
    listener = Failing(error, error)
    listener.run()
    assert listener.clock.slept == [2.0, 2.0]
    assert listener.errors == []


@pytest.mark.django_db(transaction=True)  # between polls the listener drops its connection
def test_what_is_old_is_forgotten_every_hour():
    clock, known = Clock(), []

    class Listening(InboxListener):
        def listen_once(self):
            known.append(HandledMessage.objects.count())
            HandledMessage.objects.create(pk=str(len(known)))
            HandledMessage.objects.update(at=timezone.now() - timedelta(days=3))
            clock.sleep(1200)
            if len(known) == 7:
                self.stop()

    def never(seconds):
        listener.stop()

    listener = Listening(never, clock)
    listener.run()
    assert known == [0, 1, 2, 0, 1, 2, 0]


def test_a_poll_takes_fifty_messages():
    for number in range(55):
        send("POST", post(f"10:00:{number:02}"))
    InboxListener().listen_once()
    assert len(records()) == 50


def test_without_time_fewer_are_taken_and_then_more_again(settings):
    usual, settings.VISIBILITY_SECONDS = settings.VISIBILITY_SECONDS, 0
    for number in range(35):
        send("POST", post(f"10:00:{number:02}"))
    listener = InboxListener()
    listener.listen_once()
    assert (len(records()), waiting()) == (0, 35)
    settings.VISIBILITY_SECONDS = usual
    done = []
    for _ in range(3):
        listener.listen_once()
        done.append(len(records()))
    assert done == [10, 30, 35]


class Away:
    """A repository of a table that does not answer."""

    def get(self, date, time):
        raise no_answer()


def test_while_the_table_does_not_answer_no_delivery_is_wasted(settings):
    settings.RETRY_SECONDS = [0] * 5
    listener = InboxListener(repository=Away())
    send("PUT", put(source="wired"))
    listener.listen_once()
    with pytest.raises(ServiceError):
        listener.listen_once()
    [delivery] = received()
    assert delivery.known["ApproximateReceiveCount"] == "2"


@pytest.mark.parametrize("what", ["some are done", "no time", "nothing waits"])
def test_a_table_that_may_answer_is_not_asked_first(settings, what):
    settings.RETRY_SECONDS = [0] * 5
    listener = InboxListener(repository=Away())
    if what != "nothing waits":
        send("PUT", put("11:00:00", source="wired"))
        send("POST", post())
    if what == "no time":
        settings.VISIBILITY_SECONDS = 0
    listener.listen_once()
    listener.listen_once()


def test_what_fails_comes_again_after_a_pause_for_each_delivery(settings):
    settings.RETRY_SECONDS = [0, 0, 900]
    settings.MAX_DELIVERIES = 9
    send("PUT", put(source="wired"))
    for _ in range(3):
        InboxListener().listen_once()
    assert counts() == {("PUT", "failed"): 3}
    InboxListener().listen_once()
    assert counts() == {("PUT", "failed"): 3}


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
    assert letters.put_aside(one) is is_put_aside
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
    assert letters.put_aside(one)
    assert any("unknown" in reason for reason in reasons())
