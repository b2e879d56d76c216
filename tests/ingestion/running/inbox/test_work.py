"""What the messages of a poll ask for is done in the order that their records need."""

import pytest
from django.db import DatabaseError, DataError, InterfaceError

from audit.models import AuditEntry
from common.deadline import Deadline
from common.errors import NotFound
from ingestion.running.inbox.models import Outcome
from ingestion.running.inbox.work import Work
from messages_app.legacy.queue.operations import Change, ReadAll, ReadRecord, Write
from tests.ingestion.running.inbox.asking import A, B, C, Table, asks, no_answer, posts

pytestmark = pytest.mark.django_db


def do(table, *messages, seconds=100.0):
    Work(table, Deadline(seconds)).run(messages)
    return [one.outcome for one in messages]


def changes(message, **known):
    return asks(Change(message.key, {"source": "changed"}), **known)


def deletes(*messages, inserts=(), **known):
    return asks(Write(tuple(inserts), tuple(one.key for one in messages)), **known)


class Failing(Table):
    """A repository whose look for a record ends with an error."""

    def __init__(self, error):
        super().__init__(A, B)
        self.error = error

    def get(self, date, time):
        if (date, time) == A.key:
            raise self.error
        return super().get(date, time)


def test_inserts_are_one_batch_at_the_end():
    table = Table(B)
    messages = [posts(A), changes(B), posts(C)]
    assert do(table, *messages) == [Outcome.WRITTEN, Outcome.CHANGED, Outcome.WRITTEN]
    assert table.calls == ["update 01", "insert 00 02"]


def test_what_is_about_a_record_comes_behind_its_insert():
    table = Table(A)
    assert do(table, posts(A), posts(B), changes(A), posts(C)) == [
        Outcome.WRITTEN,
        Outcome.WRITTEN,
        Outcome.CHANGED,
        Outcome.WRITTEN,
    ]
    assert table.calls == ["insert 00 01", "update 00", "insert 02"]


@pytest.mark.parametrize(
    ("operation", "calls"),
    [
        (ReadAll(None, None), ["insert 00", "insert 01"]),
        (ReadRecord(A.key), ["insert 00", "insert 01"]),
        (ReadRecord(C.key), ["insert 00 01"]),
    ],
)
def test_whoever_asks_for_all_records_finds_those_of_earlier_messages(operation, calls):
    table = Table()
    assert do(table, posts(A), asks(operation), posts(B)) == [
        Outcome.WRITTEN,
        Outcome.DROPPED,
        Outcome.WRITTEN,
    ]
    assert table.calls == calls


def test_what_is_about_a_record_waits_where_an_earlier_message_failed():
    table = Table(A, B, refused=(A,))
    messages = [posts(A), changes(A), changes(B), posts(A)]
    assert do(table, *messages) == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.CHANGED,
        Outcome.FAILED,
    ]
    assert table.calls == ["insert 00", "update 01"]
    assert messages[1].reason == "an earlier message about the same record failed"
    assert messages[3].reason == "an earlier message about the same record failed"


def test_a_change_that_came_before_its_record_holds_nobody_back():
    table = Table()
    messages = [changes(A), deletes(B, inserts=[A])]
    assert do(table, *messages) == [Outcome.FAILED, Outcome.WRITTEN]
    assert messages[0].reason == "there is no record 2019-05-28 10:40:00"


def test_without_time_only_a_last_delivery_is_done(settings):
    settings.MAX_DELIVERIES = 3
    messages = [posts(A), changes(B), posts(C, ApproximateReceiveCount=3)]
    assert do(Table(A, B), *messages, seconds=-1) == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.WRITTEN,
    ]
    assert [one.is_untouched for one in messages] == [True, True, False]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (no_answer(), "no answer 0"),
        (DataError("too long"), "DataError"),
        (KeyError("a fault"), "KeyError, a fault of Sluice; the log has more"),
    ],
)
def test_a_message_that_cannot_be_done_holds_back_what_is_about_its_record(error, reason):
    messages = [changes(A), changes(B), posts(A)]
    assert do(Failing(error), *messages) == [Outcome.FAILED, Outcome.CHANGED, Outcome.FAILED]
    assert messages[0].reason == reason


@pytest.mark.parametrize("error", [DatabaseError("gone"), InterfaceError("gone"), OSError("gone")])
def test_a_database_that_is_away_ends_the_poll(error):
    messages = [changes(A), changes(B)]
    with pytest.raises(type(error)):
        do(Failing(error), *messages)
    assert [one.outcome for one in messages] == [None, None]


def test_a_change_to_what_is_there_changes_nothing():
    table = Table(A)
    same = asks(Change(A.key, {"source": A.values["source"], "location": A.values["location"]}))
    partly = asks(Change(A.key, {"source": A.values["source"], "location": "elsewhere"}))
    assert do(table, same, partly) == [Outcome.UNCHANGED, Outcome.CHANGED]
    assert table.calls == ["update 00"]


@pytest.mark.parametrize(
    ("inserts", "at", "outcome", "calls"),
    [
        ([], {}, Outcome.DELETED, ["delete 00"]),
        ([B], {}, Outcome.WRITTEN, ["insert 01", "delete 00"]),
        ([B], {"at_01": "kept"}, Outcome.KEPT, ["insert 01", "delete 00"]),
        ([B], {"at_01": "unchanged"}, Outcome.DELETED, ["insert 01", "delete 00"]),
        ([B], {"at_01": "key_conflict"}, Outcome.REFUSED, ["insert 01"]),
    ],
)
def test_a_batch_deletes_behind_its_inserts(inserts, at, outcome, calls):
    table = Table(A, **at)
    assert do(table, deletes(A, C, inserts=inserts)) == [outcome]
    assert table.calls == calls


def test_a_batch_whose_inserts_fail_deletes_nothing():
    table = Table(A, refused=(B,))
    assert do(table, deletes(A, inserts=[B])) == [Outcome.FAILED]
    assert table.calls == ["insert 01"]


class DeletedMeanwhile(Table):
    def delete(self, message, *, only_if_same=False):
        raise NotFound("it is gone")


@pytest.mark.parametrize("table", [Table(), DeletedMeanwhile(A)])
def test_nothing_is_deleted_where_there_is_nothing(table):
    unchanged = {"at_01": "unchanged"}
    assert do(table, deletes(A)) == [Outcome.ABSENT]
    table.outcomes = unchanged
    assert do(table, deletes(A, inserts=[B])) == [Outcome.UNCHANGED]
    assert not AuditEntry.objects.exists()


def test_the_trail_says_which_message_asked_for_it():
    do(Table(A, B), changes(A, id_="the-first", SenderId="sender"), deletes(B, id_="the-second"))
    deleted, changed = AuditEntry.objects.order_by("-pk")
    assert (changed.action, changed.user_name) == ("changed", "sender")
    assert (changed.detail["message"], deleted.detail["message"]) == ("the-first", "the-second")
