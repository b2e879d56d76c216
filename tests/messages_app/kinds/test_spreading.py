"""Records move to another number of partitions a day, while they are read and written."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Self

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import Conflict
from messages_app.kinds.record_kind import BUILTIN
from messages_app.kinds.spreading import moving
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, Record
from messages_app.store.bulk_insert import ON_CONFLICT, OnConflict
from messages_app.store.items import item_of
from messages_app.store.partitions import spread as spread_of_kinds
from messages_app.store.partitions.moving import Move
from messages_app.store.partitions.partitioning import HELD_SECONDS, Partitioning
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

DATE = "2019-05-28"
# Longer than any request of the test.
GRACE = 2
EVERY = Query(newest_first=True, is_consistent=True)


def spread(partitions: int, **options: Any) -> None:
    call_command("spread", "messages", str(partitions), grace=0, verbosity=0, **options)


def store(count: int) -> list[Record]:
    """Records on two days."""
    records = [
        record(MOMENT + second * 7000, origin=Origin("an-import", second + 2))
        for second in range(count)
    ]
    BUILTIN.repository.insert_many(records, "keep", Deadline(30))
    return records


def raw() -> list[dict[str, Any]]:
    """The table as it is stored."""
    items = dynamodb_client().scan(TableName=settings.MESSAGES_TABLE)["Items"]
    return sorted(items, key=lambda item: (item["date"]["S"], item["time"]["S"]))


def partitions() -> set[str]:
    return {item["date"]["S"] for item in raw()}


def half_moved(count: int, before: int = 1, after: int = 4) -> list[Record]:
    """Records of which every other one has moved already, as if the command were at work."""
    spread(before)
    records = store(count)
    spread_of_kinds.begin("messages", after, 0)
    partitioning = spread_of_kinds.partitioning_of("messages")
    move = Move(
        dynamodb_client("once"), settings.MESSAGES_TABLE, MESSAGE, partitioning, Deadline(30)
    )
    for item in raw()[::2]:
        if not partitioning.is_in_place(item):
            assert move.one(item)
    return records


def test_records_move_there_and_back_and_are_stored_as_before() -> None:
    records = store(20)
    before = raw()
    assert partitions() == {"2019-05-28", "2019-05-29", "2019-05-30"} & partitions()
    for count in (8, 3, 5):
        spread(count)
        assert list(BUILTIN.repository.all(EVERY)) == records[::-1]
        assert partitions() <= {
            f"2019-05-{day}#{number}" for day in range(28, 31) for number in range(count)
        }
        assert len(partitions()) > count
    spread(1)
    assert raw() == before
    assert spread_of_kinds.partitioning_of("messages").is_plain


def test_cursors_outlive_a_move() -> None:
    records = store(20)
    first = BUILTIN.repository.page(EVERY, 7)
    spread(4)
    second = BUILTIN.repository.page(EVERY, 7, first.cursor)
    spread(1)
    third = BUILTIN.repository.page(EVERY, 7, second.cursor)
    back = BUILTIN.repository.page(EVERY, 7, third.previous)
    assert first.records + second.records + third.records == records[::-1]
    assert back.records == second.records


def test_what_was_stopped_goes_on_when_it_is_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    records = half_moved(20)
    call_command("spread", "messages", "4")
    assert "10 records moved" in capsys.readouterr().out
    assert list(BUILTIN.repository.all(EVERY)) == records[::-1]
    call_command("spread", "messages", "4")
    assert capsys.readouterr().out == "messages: 4 a day, 0 records moved\n"


def test_another_number_has_to_wait_for_a_move_that_was_begun() -> None:
    half_moved(4)
    with pytest.raises(CommandError, match=r"run manage\.py spread messages 4"):
        spread(8)


@pytest.mark.parametrize("number", ["0", "65", "x", "-1"])
def test_a_number_that_cannot_be_is_refused(number: str) -> None:
    with pytest.raises(CommandError, match="from 1 to 64"):
        call_command("spread", "messages", number)


def test_a_kind_that_there_is_not_is_named() -> None:
    with pytest.raises(CommandError, match="there is no kind"):
        call_command("spread", "nothing", "2")


@pytest.mark.parametrize("policy", ON_CONFLICT)
@pytest.mark.parametrize("before", [1, 3])
def test_conflicts_with_records_that_have_not_moved_are_found(
    policy: OnConflict, before: int
) -> None:
    records = half_moved(12, before)
    others = [
        record(one.values["timestamp"], local_avg=Decimal(77), origin=Origin("other", number))
        for number, one in enumerate(records, start=2)
    ]
    placed = BUILTIN.repository.insert_many(others, policy, Deadline(30))
    expected = {"keep": "kept", "replace": "replaced", "reject": "key_conflict"}[policy]
    assert [one.outcome for one in placed] == [expected] * 12
    again = BUILTIN.repository.insert_many(others, policy, Deadline(30))
    assert [one.outcome for one in again] == [expected] * 12
    equal = BUILTIN.repository.insert_many(records, "reject", Deadline(30))
    assert {one.outcome for one in equal} == {"written"}
    spread(4)
    assert len(list(BUILTIN.repository.all(EVERY))) == (24 if policy == "keep" else 12)


@pytest.mark.parametrize("before", [1, 3])
def test_records_are_changed_and_deleted_wherever_they_are(before: int) -> None:
    records = half_moved(12, before)
    repository = BUILTIN.repository
    for one in records[:4]:
        repository.update(one, {"source": "changed"}, only_if_same=True)
    for one in records[4:8]:
        repository.delete(one, only_if_same=True)
    with pytest.raises(Conflict):
        repository.insert(record(records[9].values["timestamp"], local_avg=Decimal(77)))
    assert repository.insert(records[10]) is False
    assert repository.insert(records[5]) is True
    spread(4)
    left = list(BUILTIN.repository.all(Query()))
    assert [one.key for one in left] == [
        one.key for one in [*records[:4], records[5], *records[8:]]
    ]
    assert [one.values["source"] == "changed" for one in left] == [True] * 4 + [False] * 5
    assert BUILTIN.repository.count_by_date() == {
        date: sum(one.date == date for one in left) for date in {one.date for one in left}
    }


def test_days_are_counted_when_nothing_moves() -> None:
    half_moved(4)
    with pytest.raises(CommandError, match=r"run manage\.py spread messages 4"):
        call_command("recount")
    spread(4)
    call_command("recount", verbosity=0)
    assert list(Day.objects.values_list("date", "count")) == [(DATE, 4)]


def test_until_the_change_over_all_is_written_as_before() -> None:
    spread_of_kinds.begin("messages", 4, 4e9)
    store(4)
    assert partitions() == {"2019-05-28"}
    BUILTIN.repository.delete(store(4)[0])
    assert len(raw()) == 3


def test_nobody_writes_just_before_the_change_over() -> None:
    slept: list[float] = []
    early = Partitioning(4, 1, 1000 + HELD_SECONDS + 1)
    assert early.for_writing(lambda: 1000, slept.append) == Partitioning(1)
    assert slept == []
    late = Partitioning(4, 1, 1000 + HELD_SECONDS / 2)
    assert late.for_writing(lambda: 1000, slept.append) == late
    assert slept == [HELD_SECONDS / 2]


@pytest.mark.parametrize("is_equal", [True, False])
def test_a_record_whose_key_is_taken_where_it_moves_to_is_not_lost(is_equal: bool) -> None:
    """By a writer that knew nothing of the move when it was over for minutes."""
    (one,) = store(1)
    late = record(one.values["timestamp"], local_avg=Decimal(5)) if not is_equal else one
    partitioning = Partitioning(4, 1)
    item = partitioning.place(item_of(late, MESSAGE))
    dynamodb_client().put_item(TableName=settings.MESSAGES_TABLE, Item=item)
    spread(4)
    found = list(BUILTIN.repository.all(Query()))
    assert len(found) == (1 if is_equal else 2)
    assert found[0].same_content(late)
    assert found[-1].same_content(one)


def test_an_older_table_that_was_restored_is_spread_anew() -> None:
    records = store(6)
    spread_of_kinds.write_down("messages", Partitioning(4))
    assert list(BUILTIN.repository.all(Query())) == []
    spread(4, before=1)
    assert list(BUILTIN.repository.all(Query())) == records


class Busy:
    """Reads and writes all the time; ``problems`` are what must not happen."""

    def __init__(self, records: list[Record]) -> None:
        self.kept = [one for number, one in enumerate(records) if number % 50]
        self.deleted = records[::50]
        self.written: list[Record] = []
        self.problems: list[str] = []
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=[act])
            for act in (self._read, self._read, self._write)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, act: Callable[[RecordRepository], None]) -> None:
        while not self._is_over.is_set():
            try:
                act(BUILTIN.repository)
            except Exception as error:  # noqa: BLE001
                self.problems.append(repr(error))
        connection.close()

    def _read(self, repository: RecordRepository) -> None:
        found = [one.key for one in repository.all(Query())]
        if len(found) != len(set(found)):
            self.problems.append("a record twice")
        if missing := {one.key for one in self.kept} - set(found):
            self.problems.append(f"{len(missing)} records missing")

    def _write(self, repository: RecordRepository) -> None:
        new = record(MOMENT + 1 + 7000 * len(self.written))
        if not repository.insert(new):
            self.problems.append("not new")
        if len(self.written) < len(self.deleted):
            repository.delete(self.deleted[len(self.written)])
        self.written.append(new)


@pytest.mark.django_db(transaction=True)
def test_records_are_read_and_written_while_they_move() -> None:
    with Busy(store(300)) as busy:
        for count in (6, 4, 1, 3):
            moving.move_to(BUILTIN, count, lambda _: None, GRACE)
    assert busy.problems == []
    assert len(busy.written) > len(busy.deleted)
    expected = {one.key for one in [*busy.kept, *busy.written]}
    assert {one.key for one in BUILTIN.repository.all(Query())} == expected
    assert {item["date"]["S"][-2:] for item in raw()} == {"#0", "#1", "#2"}
