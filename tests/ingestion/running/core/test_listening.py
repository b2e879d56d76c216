"""What a listener does besides reading events, and how often."""

from datetime import timedelta
from socket import socket

import pytest
from django.db import DataError, OperationalError, connection
from django.utils import timezone

from columns.models import Builder
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.dead_letters.causes import FailedDelivery
from ingestion.models import DeletedImport, Heartbeat, Replay, State
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.ended.verifying.models import Verification
from ingestion.running.listener import Listener
from messages_app.models import Retention
from messages_app.store import day_index
from notices.models import Occurrence
from silence.models import Watch
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, Tasks, put
from tests.ingestion.running.core.made import Failing, made, now

# Between messages the listener drops its connection.
in_the_loop = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.usefixtures("aws")


class Scripted(Listener):
    """Each look into the queue takes time of a clock, and gives what it is told: how many messages
    came, or an error. Then it stops."""

    def __init__(self, *looks, seconds=0.0, before=lambda: None):
        self.tasks, self.time = Tasks(), Clock()
        super().__init__(self.tasks, self.time.sleep, self.time)
        self.looks, self.seconds, self.before = list(looks), seconds, before

    def listen_once(self):
        look = self.looks.pop(0)
        if not self.looks:
            self.stop()
        self.time.now += self.seconds
        self.before()
        if isinstance(look, Exception):
            raise look
        return look


def long_ago(**ago):
    return timezone.now() - timedelta(**(ago or {"hours": 2}))


def set_back(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)
    return row


@in_the_loop
def test_it_looks_after_all_that_waits_for_somebody(settings):
    settings.SWEEP_MINUTES = 60
    stalled = set_back(made(), progress_at=long_ago())
    verified = made(0, key="b.csv", state=State.DONE)
    set_back(Verification.objects.create(import_record=verified), progress_at=long_ago())
    deletion = Deletion.objects.create(kind="messages")
    set_back(deletion, progress_at=long_ago())
    deleted = DeletedImport.objects.create(id=verified.pk, bucket=settings.DATA_BUCKET, key="c.csv")
    set_back(deleted, at=long_ago())
    old = Occurrence.objects.create(key="old", is_spread=True)
    set_back(old, at=long_ago(days=settings.NOTICE_DAYS + 1))
    new = Occurrence.objects.create(key="new", event="import_done")
    Retention.objects.create(kind="messages", days=None, due_at=long_ago())
    day_index.register(["2026-01-01"])
    Watch.objects.create(pk=1, checked_at=long_ago())
    begun = timezone.now()

    listener = Scripted(0)
    listener.run()

    sent = set(listener.tasks.waiting)
    assert {(str(stalled.pk), 1), (str(verified.pk), 0, "verify"), (str(deletion.pk),)} <= sent
    assert now(stalled).resumes == 1
    assert DeletedImport.objects.get().is_swept
    assert not Occurrence.objects.filter(key="old").exists()
    assert Occurrence.objects.get(pk=new.pk).is_spread
    assert Replay.objects.get().due_at > begun
    assert not Retention.objects.filter(due_at__lte=begun).exists()
    assert Builder.objects.filter(asked_until__gt=begun).exists()
    assert Watch.objects.get().checked_at > begun
    assert not Heartbeat.objects.exists()  # it has ended


@in_the_loop
@pytest.mark.parametrize("events", [0, 1])
def test_while_events_come_nobody_is_blamed_for_what_they_may_tell(events):
    Watch.objects.create(pk=1, checked_at=long_ago())
    Scripted(events).run()
    assert Watch.objects.get().is_catching_up == bool(events)


@in_the_loop
def test_it_looks_after_what_stalled_four_times_in_the_time_in_which_something_stalls(settings):
    settings.STALL_SECONDS, settings.POLL_SECONDS = 40, 3
    deletion = Deletion.objects.create(kind="messages")
    occurred = Occurrence.objects.create(key="new", event="import_done")
    checks, turns = [], []

    def before():
        checks.append(len(listener.tasks.waiting))
        turns.append(Occurrence.objects.get().is_spread)
        set_back(deletion, progress_at=long_ago())
        set_back(occurred, is_spread=False)

    listener = Scripted(*[0] * 13, seconds=1.0, before=before)
    listener.run()
    checks.append(len(listener.tasks.waiting))
    turns.append(Occurrence.objects.get().is_spread)
    assert checks == [0, *[1] * 10, *[2] * 3]
    assert turns == [False, *[True, False, False] * 4, True]


@in_the_loop
def test_what_it_stands_on_is_waited_for():
    errors = [
        ServiceError("SQS is away", "Away", permanent=False),
        OperationalError("locked"),
        OSError("no network"),
    ]
    listener = Scripted(*errors, 0)
    listener.run()
    assert listener.time.slept == [2.0] * 3
    assert listener.looks == []


@in_the_loop
def test_a_connection_that_is_too_old_is_made_anew():
    connection.ensure_connection()
    first, connection.close_at = connection.connection, 0
    Scripted(0).run()
    assert connection.connection is not first


def test_it_tells_what_it_counts_where_it_is_to(settings):
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.METRICS_PORT = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Scripted().run()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "cause", "is_raised"),
    [
        (DataError("too long"), "The database does not take a value of it.", False),
        (OverflowError("ours"), "A fault of Sluice: OverflowError.", False),
        (OSError("no broker."), "no broker.", True),
    ],
    ids=["a value", "a fault", "an outage"],
)
def test_why_a_message_failed_is_kept_and_told_at_its_last_delivery(
    settings, error, cause, is_raised
):
    settings.POLL_SECONDS, settings.MAX_DELIVERIES = 0, 1
    put(HEADER)
    if is_raised:
        with pytest.raises(OSError, match="no broker"):
            Listener(Failing(error)).listen_once()
    else:
        assert Listener(Failing(error)).listen_once() == 1
    assert sqs.backlog(sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)) == 1
    assert [one.cause for one in FailedDelivery.objects.all()] == [cause]
    [told] = Occurrence.objects.values_list("event", "subject")
    assert told[0] == "dead_letter"
    assert told[1].endswith(f"is a dead letter: {cause}")


@pytest.mark.django_db
def test_a_message_that_cannot_be_read_is_told_of_at_its_last_delivery(settings):
    settings.POLL_SECONDS, settings.MAX_DELIVERIES = 0, 1
    sqs.send(sqs.queue_url(settings.BUCKET_EVENTS_QUEUE), "hello")
    Listener(Tasks()).listen_once()
    [told] = Occurrence.objects.values_list("event", "subject")
    assert told[1].endswith("is a dead letter: it cannot be read.")
