"""A message on its way: what SQS says of it, and what becomes of it."""

import pytest

from ingestion.aws.sqs import Delivery
from ingestion.running.inbox import dead_letters
from ingestion.running.inbox.incoming import FIRST_ID, REASON, Incoming, body_of
from ingestion.running.inbox.models import Outcome
from ingestion.running.inbox.waves import waves
from messages_app.legacy.queue.operations import ReadRecord
from messages_app.legacy.queue.tables import Readers
from messages_app.schema.record import QueueOrigin
from messages_app.schema.validation import Invalid
from tests.ingestion.running.inbox.asking import A, asks, posts


def attribute(text):
    return {"DataType": "String", "StringValue": text}


@pytest.fixture(autouse=True)
def queue(settings):
    settings.MESSAGE_INBOX_QUEUE = "inbox"
    settings.MAX_DELIVERIES = 3


def test_what_sqs_does_not_say_is_nothing():
    one = asks()
    assert (one.method, one.reply_to, one.sender, one.group) == ("", "", "", "")
    assert (one.sent_at, one.place, one.keys) == (0, (0, 0), set())
    assert (one.is_last_delivery, one.is_untouched, one.is_dead_letter) == (False, False, False)
    assert one.outcome is None


def test_messages_are_in_the_order_in_which_they_were_sent():
    assert asks(SentTimestamp=7).place == (0, 7)
    assert asks(SentTimestamp=7, SequenceNumber=2).place == (2, 7)


def test_groups_are_of_fifo_queues_alone(settings):
    assert asks(MessageGroupId="one").group == ""
    settings.MESSAGE_INBOX_QUEUE = "inbox.fifo"
    assert asks(MessageGroupId="one").group == "one"
    assert asks().group == ""


def test_where_a_record_came_from_is_its_message():
    one = asks(id_="an-id", SenderId="x" * 200)
    assert one.sender == "x" * 100
    assert one.origin == QueueOrigin("inbox", "an-id", 1, "x" * 100)


def test_a_message_that_was_sent_back_keeps_its_first_id():
    delivery = Delivery("new", "", "", {FIRST_ID: attribute("f" * 200)})
    assert Incoming(delivery).origin.message_id == "f" * 100


def test_keys_are_those_of_records_and_of_what_stands_beside_them():
    assert posts(A.with_conflict_suffix(6)).keys == {A.key}
    assert asks(ReadRecord(("2019-05-28", "10:40:00~abc"))).keys == {("2019-05-28", "10:40:00")}


@pytest.mark.parametrize(
    ("count", "outcome", "reason"),
    [
        (1, Outcome.FAILED, "no answer"),
        (2, Outcome.FAILED, "no answer"),
        (3, Outcome.REFUSED, "after 3 deliveries: no answer"),
        (4, Outcome.REFUSED, "after 3 deliveries: no answer"),
    ],
)
def test_what_fails_comes_again_until_it_came_too_often(count, outcome, reason):
    one = asks(ApproximateReceiveCount=count)
    one.fail("no answer")
    assert (one.outcome, one.reason, one.is_untouched) == (outcome, reason, False)
    assert one.is_dead_letter is (count >= 3)


def test_a_message_is_a_dead_letter_once_nothing_became_of_it():
    last = asks(ApproximateReceiveCount=3)
    assert not last.is_dead_letter
    last.done(Outcome.WRITTEN)
    assert not last.is_dead_letter
    last.leave()
    assert last.is_dead_letter
    first = asks()
    first.leave()
    assert not first.is_dead_letter
    first.refuse("is wrong")
    assert first.is_dead_letter


def test_what_there_was_no_time_for_is_untouched_and_what_waits_for_it_too():
    first, second, third = asks(), asks(), asks()
    first.leave()
    assert (first.outcome, first.is_untouched) == (Outcome.FAILED, True)
    second.wait_for(first)
    assert (second.outcome, second.is_untouched) == (Outcome.FAILED, True)
    first.fail("no answer")
    first.is_untouched = False
    third.wait_for(first)
    assert (third.reason, third.is_untouched) == ("an earlier message of its group failed", False)


@pytest.mark.parametrize("text", ["", "{", "9" * 5000, "[" * 100_000])
def test_a_body_that_is_not_json_is_invalid(text):
    with pytest.raises(Invalid) as error:
        body_of(text)
    assert error.value.code == "not_json"


def test_what_asks_for_nothing_that_can_be_done_is_refused():
    one = asks()
    one.read(Readers())
    assert one.outcome is Outcome.REFUSED
    assert one.reason.startswith("the body is not JSON")


def test_a_message_of_which_sqs_tells_no_count_came_for_the_first_time(settings):
    settings.MAX_DELIVERIES = 2
    assert not asks().is_last_delivery


def ids(parts):
    return [[one.id for one in part] for part in parts]


def in_groups(*groups):
    return [asks(id_=f"{n}{group}", MessageGroupId=group) for n, group in enumerate(groups)]


def test_without_groups_all_messages_are_one_part(settings):
    assert ids(waves(in_groups("a", "a", "b"))) == [["0a", "1a", "2b"]]
    assert list(waves([])) == []
    settings.MESSAGE_INBOX_QUEUE = "inbox.fifo"
    assert ids(waves(in_groups("", "", "a"))) == [["0", "1", "2a"]]


def test_of_a_group_one_message_is_done_at_a_time(settings):
    settings.MESSAGE_INBOX_QUEUE = "inbox.fifo"
    assert ids(waves(in_groups("a", "b", "a", "a", "b"))) == [["0a", "1b"], ["2a", "4b"], ["3a"]]


def test_what_comes_behind_a_failure_of_its_group_waits(settings):
    settings.MESSAGE_INBOX_QUEUE = "inbox.fifo"
    messages = in_groups("a", "b", "a", "b", "a", "a")
    messages[4].done(Outcome.REPEATED)
    outcomes = {"0a": Outcome.FAILED, "1b": Outcome.REFUSED}
    for part in waves(messages):
        for one in part:
            one.outcome = one.outcome or outcomes.get(one.id, Outcome.WRITTEN)
    assert [one.outcome for one in messages] == [
        Outcome.FAILED,
        Outcome.REFUSED,
        Outcome.FAILED,
        Outcome.WRITTEN,
        Outcome.REPEATED,
        Outcome.FAILED,
    ]


def test_a_letter_that_goes_back_says_the_first_id_as_long_as_there_is_room():
    some = {f"a{number}": attribute("x") for number in range(8)}
    assert dead_letters.sent_back("an-id", {**some, REASON: attribute("wrong")}) == {
        **some,
        FIRST_ID: attribute("an-id"),
    }
    assert dead_letters.sent_back("an-id", {FIRST_ID: attribute("first")}) == {
        FIRST_ID: attribute("first")
    }
    nine, ten = ({f"a{number}": attribute("x") for number in range(count)} for count in (9, 10))
    assert len(dead_letters.sent_back("an-id", nine)) == 10
    assert dead_letters.sent_back("an-id", ten) == ten
