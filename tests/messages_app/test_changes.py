"""Records that are changed one by one or in a batch: what is sent to the store, and what the audit
trail tells; with a stand-in for the repository."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from common.deadline import Deadline
from common.errors import Conflict, Expired
from messages_app import batch_write
from messages_app.editing import Editor, audit_kind
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from messages_app.store import day_index
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.expiring import retention
from silence.models import Heard
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db
DATE = "2019-05-28"


class Repository:
    """Keeps what it is sent; ``outcome`` is that of all records."""

    schema = MESSAGE

    def __init__(self, outcome: Any = "written", kind: str = "messages") -> None:
        self.outcome, self.kind = outcome, kind
        self.sent: list[Any] = []

    def insert(self, message: Any) -> bool:
        self.sent.append(message)
        return self.outcome == "written"

    def insert_many(self, messages: Any, on_conflict: str, deadline: Any) -> list[InsertResult]:
        self.sent.append(messages)
        return [InsertResult(self.outcome, (one.date, f"{one.time}~a")) for one in messages]

    def update(self, message: Any, changes: Any, *, only_if_same: bool) -> Any:
        self.sent.append((changes, only_if_same))
        return message

    def delete(self, message: Any, *, only_if_same: bool) -> None:
        self.sent.append(only_if_same)


def editor(repository: Any) -> Editor:
    return Editor(repository, Actor(None, Channel.API, "somebody"))


def entries() -> list[tuple[str, str, str]]:
    return [(one.action, one.kind, one.target) for one in AuditEntry.objects.order_by("pk")]


def row(avg: int, second: int = 0) -> Any:
    return record(MOMENT + second, local_avg=Decimal(avg))


@pytest.mark.parametrize(("outcome", "is_new"), [("written", True), ("unchanged", False)])
def test_a_new_record_is_written_down(outcome: str, is_new: bool) -> None:
    one = replace(record(), extra=(("batch", "7"),))
    assert editor(Repository(outcome)).insert(one) is is_new
    assert entries() == ([("created", "message", f"{DATE} {one.time}")] if is_new else [])
    if is_new:
        values = AuditEntry.objects.get().detail["values"]
        assert (values["local_avg"], values["extra_columns"]) == ("4.39", '{"batch": "7"}')


@pytest.mark.parametrize(
    ("outcome", "is_new"), [("written", True), ("kept", True), ("unchanged", False)]
)
def test_a_record_that_is_kept_beside_another_is_written_down_with_its_key(
    outcome: str, is_new: bool
) -> None:
    placed = editor(Repository(outcome, "climate")).insert_or_keep(record())
    assert placed.outcome == outcome
    target = f"{DATE} {record().time}~a"
    assert entries() == ([("created", "record of climate", target)] if is_new else [])
    assert "extra_columns" not in str(AuditEntry.objects.values("detail"))


def test_a_record_for_which_there_is_no_key_left_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="other records have the key 2019-05-28 10:55:09"):
        editor(Repository("key_conflict")).insert_or_keep(record())
    assert entries() == []


@pytest.mark.parametrize("way", ["insert", "insert_or_keep"])
def test_a_record_that_has_expired_is_not_sent(way: str) -> None:
    retention.known.hold({"messages": 30})
    repository = Repository()
    with pytest.raises(Expired):
        getattr(editor(repository), way)(record())
    assert repository.sent == []


@pytest.mark.parametrize("only_if_same", [True, False])
def test_a_change_is_written_down_with_what_differs(only_if_same: bool) -> None:
    repository = Repository()
    changes = {"local_avg": Decimal(5), "source": "wireless", "location": None}
    it = editor(repository)
    assert it.update(record(), changes, only_if_same=only_if_same) == record()
    assert repository.sent == [(changes, only_if_same)]
    assert AuditEntry.objects.get().detail["values"] == {
        "local_avg": ["4.39", "5"],
        "location": ["location-03", ""],
    }


@pytest.mark.parametrize("only_if_same", [True, False])
def test_a_deletion_is_written_down_with_what_was_there(only_if_same: bool) -> None:
    repository = Repository()
    editor(repository).delete(record(), only_if_same=only_if_same)
    assert repository.sent == [only_if_same]
    assert entries() == [("deleted", "message", f"{DATE} {record().time}")]
    assert AuditEntry.objects.get().detail["values"]["source"] == "wireless"


def test_unless_it_is_asked_for_a_change_is_bound_to_nothing() -> None:
    repository = Repository()
    editor(repository).update(record(), {})
    editor(repository).delete(record())
    assert repository.sent == [({}, False), False]


def test_devices_of_new_records_are_heard_of() -> None:
    repository: Any = Repository()
    repository.schema = replace(MESSAGE, identity=("location",))
    editor(repository).insert(record())
    editor(repository).insert_or_keep(record(location="there"))
    assert [list(one.newest) for one in Heard.objects.order_by("pk")] == [
        ["location-03"],
        ["there"],
    ]


def test_records_of_the_built_in_kind_are_messages() -> None:
    assert audit_kind("messages") == "message"
    assert audit_kind("climate") == "record of climate"


def written(rows: list[Any], policy: Any, outcome: str = "written") -> tuple[Any, list[str]]:
    repository: Any = Repository(outcome)
    results = batch_write.write(repository, rows, policy, Deadline(10))
    sent = [[int(one.values["local_avg"]) for one in some] for some in repository.sent]
    return sent, [one.outcome for one in results]


@pytest.mark.parametrize("policy", ["keep", "reject"])
def test_a_batch_is_sent_at_once(policy: str) -> None:
    assert written([row(1), row(2), row(3)], policy) == ([[1, 2, 3]], ["written"] * 3)


def test_under_replace_the_first_and_the_last_of_a_key_are_sent_one_after_the_other() -> None:
    rows = [row(1), row(2), row(9, second=1), row(2), row(3), row(4)]
    sent, outcomes = written(rows, "replace")
    assert sent == [[1, 9], [4]]
    told = ["written", "replaced", "written", "unchanged", "replaced", "written"]
    assert outcomes == told
    assert written([row(1), row(2)], "replace") == ([[1], [2]], ["written"] * 2)


@pytest.mark.parametrize(
    ("outcome", "count"), [("written", 2), ("kept", 2), ("unchanged", 0), ("replaced", 0)]
)
def test_what_a_batch_adds_is_counted_by_date(outcome: str, count: int) -> None:
    day_index.register([DATE])
    written([row(1), row(2, second=1)], "keep", outcome)
    assert Day.objects.get().count == count
