"""The listener of the inbox: what it does with failures, how much it takes, what it gives back."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.inbox.models import HandledMessage
from tests.common.clock import Clock
from tests.ingestion.producer import counts, post, put, received, records, send, waiting
from tests.ingestion.running.inbox.asking import asks, no_answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


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
    with pytest.raises(RuntimeError, match="after shutdown"):
        listener._delete("", [asks().delivery])


def test_behind_a_failure_the_queue_is_looked_for_anew(settings):
    class FailsAtFirst(Failing):
        def listen_once(self):
            super().listen_once()
            InboxListener.listen_once(self)

    listener = FailsAtFirst()
    listener.listen_once()
    url, settings.MESSAGE_INBOX_QUEUE = listener._url, settings.BUCKET_EVENTS_QUEUE
    listener.errors = [no_answer()]
    listener._stopping = False
    listener.run()
    assert listener._url not in ("", url)


@pytest.mark.parametrize(("count", "answers"), [(9, 1), (10, 5)])
def test_more_is_asked_for_where_one_answer_was_full_and_not_waited_for(settings, count, answers):
    settings.POLL_SECONDS = 1
    waits, events = [], sqs_client().meta.events
    event = "provide-client-params.sqs.ReceiveMessage"
    for number in range(count):
        send("POST", str(number))
    url = sqs.queue_url(configured.MESSAGE_INBOX_QUEUE)
    events.register(event, lambda params, **_: waits.append(params["WaitTimeSeconds"]), "waits")
    InboxListener()._receive(url)
    events.unregister(event, unique_id="waits")
    assert waits == [1] + [0] * (answers - 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_old_is_forgotten_every_hour_and_old_connections_are_dropped_between_polls():
    clock, known, is_dropped = Clock(), [], []

    class Listening(InboxListener):
        def listen_once(self):
            is_dropped.append(connection.connection is None)
            known.append(HandledMessage.objects.count())
            HandledMessage.objects.create(pk=str(len(known)))
            HandledMessage.objects.update(at=timezone.now() - timedelta(days=3))
            connection.close_at = 0
            clock.sleep(1200)
            if len(known) == 7:
                self.stop()

    def never(seconds):
        listener.stop()

    listener = Listening(never, clock)
    connection.close_at = 0
    listener.run()
    assert known == [0, 1, 2, 0, 1, 2, 0]
    assert [*is_dropped, connection.connection is None] == [True] * 8


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
