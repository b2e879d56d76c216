"""The inserts of a poll: in one batch, or in parts where that fails."""

import pytest

from common.deadline import Deadline
from ingestion.running.inbox.inserts import Inserts
from ingestion.running.inbox.models import Outcome
from messages_app.store.expiring import retention
from tests.ingestion.helpers import FIRST_SECOND
from tests.ingestion.running.inbox.asking import A, B, C, Table, posts
from tests.messages_app.records import record

DAY = 86_400


def outcomes(messages):
    return [one.outcome for one in messages]


def insert(table, *messages, seconds=100.0):
    Inserts(table, Deadline(seconds)).run(messages)
    return outcomes(messages)


def many(count):
    return [posts(record(FIRST_SECOND + number)) for number in range(count)]


@pytest.mark.parametrize(
    ("at", "outcome", "stored"),
    [
        ({}, Outcome.WRITTEN, ["10:40:00", "10:40:01"]),
        ({"at_01": "unchanged"}, Outcome.WRITTEN, ["10:40:00"]),
        ({"at_00": "unchanged", "at_01": "unchanged"}, Outcome.UNCHANGED, []),
        ({"at_01": "kept"}, Outcome.KEPT, ["10:40:00", "10:40:01~beside"]),
        ({"at_00": "unchanged", "at_01": "kept"}, Outcome.KEPT, ["10:40:01~beside"]),
        ({"at_01": "key_conflict"}, Outcome.REFUSED, ["10:40:00"]),
        ({"at_00": "kept", "at_01": "key_conflict"}, Outcome.REFUSED, ["10:40:00~beside"]),
    ],
)
def test_a_message_has_one_outcome_for_all_its_records(at, outcome, stored):
    one, other = posts(A, B), posts(C)
    assert insert(Table(**at), one, other) == [outcome, Outcome.WRITTEN]
    assert [message.time for message in one.stored] == stored
    assert [message.time for message in other.stored] == ["10:40:02"]
    if outcome is Outcome.REFUSED:
        assert one.reason == "another record has the key 2019-05-28 10:40:01"


def test_a_message_that_cannot_be_written_harms_no_other():
    messages = many(8)
    table = Table(refused=messages[5].operation.inserts)
    assert insert(table, *messages) == [
        Outcome.FAILED if number == 5 else Outcome.WRITTEN for number in range(8)
    ]
    assert [len(call.split()) - 1 for call in table.calls] == [8, 4, 4, 2, 1, 1, 2]
    assert messages[5].reason == "no answer 6"


def test_each_message_tells_of_its_own_failure():
    one, other = posts(A), posts(B)
    assert insert(Table(refused=(A, B)), one, other) == [Outcome.FAILED] * 2
    assert (one.reason, other.reason) == ("no answer 2", "no answer 3")


def test_a_table_that_does_not_answer_is_asked_twelve_times_in_a_poll():
    table, messages = Table(refused=(A,)), [posts(A) for _ in range(40)]
    inserts = Inserts(table, Deadline(100))
    for _ in range(2):
        table.calls.clear()
        inserts.run(messages)
        assert len(table.calls) == 12
        assert set(outcomes(messages)) == {Outcome.FAILED}
    assert messages[-1].reason == "no answer 12"


@pytest.mark.parametrize(
    ("left", "expected"), [(100.0, [7, 2, 2]), (1.0, [1, 1, 1]), (-1.0, [0.5, 0.5, 0.5])]
)
def test_a_batch_has_the_time_of_a_request_and_its_parts_have_less(settings, left, expected):
    settings.AWS_READ_SECONDS = 7
    table = Table(refused=(A,))
    insert(table, posts(A), posts(B), seconds=left)
    assert table.seconds == pytest.approx(expected, abs=0.4)


def test_what_is_too_old_is_refused_and_the_others_are_written():
    retention.known.hold({"messages": 10})
    table = Table()
    new = record(FIRST_SECOND + 10_000 * DAY)
    messages = [posts(A), posts(new), posts(new, B)]
    assert insert(table, *messages) == [Outcome.REFUSED, Outcome.WRITTEN, Outcome.REFUSED]
    assert messages[0].reason.startswith("the record is older than the 10 days")
    assert table.calls == ["insert 00"]
    assert insert(table, posts(A)) == [Outcome.REFUSED]
    assert len(table.calls) == 1
