"""What is written down of a poll of the inbox: each message once, whatever comes between."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.running.inbox import account
from ingestion.running.inbox.models import HandledMessage, InboxCount, Outcome
from messages_app.models import Day
from messages_app.store import day_index
from notices.models import Occurrence
from silence import reporting
from silence.models import Heard
from silence.reporting import Reporting
from tests.ingestion.helpers import DATE, FIRST_SECOND
from tests.ingestion.producer import counts
from tests.ingestion.running.inbox.asking import A, B, C, asks, posts

pytestmark = pytest.mark.django_db


def written(id_, *messages, outcome=Outcome.WRITTEN, **known):
    one = posts(*messages, id_=id_, **known)
    one.stored = list(messages)
    one.done(outcome)
    return one


@pytest.fixture(autouse=True)
def day():
    day_index.register([DATE])


def handled():
    return sorted(HandledMessage.objects.values_list("pk", flat=True))


def records_of_day():
    return sum(Day.objects.values_list("count", flat=True))


def test_a_message_is_done_with_unless_it_failed():
    failed = posts(C, id_="failed")
    failed.fail("no answer")
    messages = [written("first", A, B), failed, written("second", C, outcome=Outcome.KEPT)]
    account.record_outcomes(messages)
    assert handled() == ["first", "second"]
    assert account.known([*messages, asks(id_="third")]) == {"first", "second"}
    assert records_of_day() == 3
    assert counts() == {("", "written"): 1, ("", "failed"): 1, ("", "kept"): 1}


def test_what_another_listener_has_done_meanwhile_is_counted_as_come_again():
    HandledMessage.objects.create(pk="first")
    first, second = written("first", A), written("second", B)
    account.record_outcomes([first, second])
    assert (first.outcome, second.outcome) == (Outcome.REPEATED, Outcome.WRITTEN)
    assert records_of_day() == 1
    assert counts() == {("", "repeated"): 1, ("", "written"): 1}
    assert AuditEntry.objects.get().target == "2019-05-28 10:40:01"


class Overtaken(list):
    """Another listener writes the first message down between the look for it and the end."""

    looks = 0

    def __iter__(self):
        self.looks += 1
        if self.looks == 2:
            HandledMessage.objects.create(pk=self[0].id)
        return super().__iter__()


def test_a_listener_that_was_overtaken_writes_down_once_more():
    messages = Overtaken([written("first", A), written("second", B)])
    account.record_outcomes(messages)
    assert handled() == ["first", "second"]
    assert records_of_day() == 2
    assert counts() == {("", "written"): 2}


def method(one, name):
    one.delivery.attributes["Method"] = {"StringValue": name}
    return one


def test_messages_of_a_minute_are_counted_by_method_and_outcome():
    for number in range(2):
        account.record_outcomes([method(written(f"{number}{n}"), "M" * 30) for n in range(3)])
    assert counts() == {("M" * 20, "written"): 6}
    assert all(
        (one.minute.second, one.minute.microsecond) == (0, 0) for one in InboxCount.objects.all()
    )


def test_devices_are_heard_of_in_one_statement_a_kind():
    reporting.known.hold({"messages": Reporting(device_field="location")})
    account.record_outcomes([written("first", A), written("second", B, C)])
    assert Heard.objects.get().newest == {"location-03": FIRST_SECOND + 2}


def test_one_record_alone_is_told_of_as_itself_and_several_together():
    account.record_outcomes([written("none"), written("first", A, SenderId="one")])
    [alone] = AuditEntry.objects.all()
    assert (alone.action, alone.target, alone.user_name) == ("created", f"{DATE} {A.time}", "one")
    assert alone.detail["message"] == "first"
    account.record_outcomes(
        [written("second", A, B, SenderId="one"), written("third", C, SenderId="two")]
    )
    batch, other = AuditEntry.objects.exclude(pk=alone.pk).order_by("pk")
    assert (batch.action, batch.user_name) == ("wrote a batch", "one")
    assert batch.detail["messages"] == ["second"]
    assert (batch.detail["records"], batch.detail["receipt"]) == (2, {"written": 1})
    assert (other.action, other.user_name) == ("created", "two")


def test_people_are_told_of_dead_letters_alone(settings):
    settings.MAX_DELIVERIES = 3
    refused, failed = asks(id_="refused"), asks(id_="failed")
    last = asks(id_="last", ApproximateReceiveCount=3)
    refused.refuse("is wrong")
    failed.fail("no answer")
    last.leave()
    account.record_outcomes([refused, failed, last, written("good", A)])
    told = sorted(Occurrence.objects.values_list("payload__message", flat=True))
    assert told == ["last", "refused"]


@pytest.mark.parametrize(
    ("hours", "is_kept"),
    [(23, (True, True)), (25, (False, True)), (167, (False, True)), (169, (False, False))],
)
def test_messages_are_known_for_a_day_and_counts_for_a_week(hours, is_kept):
    then = timezone.now() - timedelta(hours=hours)
    HandledMessage.objects.create(pk="first")
    HandledMessage.objects.update(at=then)
    InboxCount.objects.create(minute=then, method="POST", outcome="written")
    account.forget()
    assert (HandledMessage.objects.exists(), InboxCount.objects.exists()) == is_kept


def test_what_was_done_since_a_moment_is_forgotten():
    now = timezone.now()
    for id_, seconds in (("before", -1), ("then", 0), ("behind", 1)):
        HandledMessage.objects.create(pk=id_)
        HandledMessage.objects.filter(pk=id_).update(at=now + timedelta(seconds=seconds))
    account.forget_since(now)
    assert handled() == ["before"]


def test_a_count_begins_with_nothing():
    assert InboxCount().count == 0
