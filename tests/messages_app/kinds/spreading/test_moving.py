"""The records of a kind move, with a stand-in for the table and in made-up time."""

import threading

import pytest
from django.conf import settings

from messages_app.kinds.record_kind import BUILTIN
from messages_app.kinds.spreading.moving import SpreadRefused, move_to
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import item_of
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.common.clock import Clock, Ticking
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db
NAME = BUILTIN.name


def key_of(item):
    return item["date"]["S"], item["time"]["S"]


class Table:
    """Records of one day; an answer has ``at_once`` of a segment."""

    def __init__(self, count, at_once=1000):
        items = [item_of(record(MOMENT + number), MESSAGE) for number in range(count)]
        self.items = {key_of(one): one for one in items}
        self._at_once = at_once
        self._lock = threading.Lock()
        self.scans, self.moves = [], []

    def scan(self, **request):
        with self._lock:
            self.scans.append(request)
            times = sorted(key[1] for key in self.items)
            mine = times[request["Segment"] :: request["TotalSegments"]]
            start = request.get("ExclusiveStartKey")
            mine = [time for time in mine if start is None or time > start["time"]["S"]]
            by_time = {key[1]: item for key, item in self.items.items()}
            found = [dict(by_time[time]) for time in mine[: self._at_once]]
            more = {"LastEvaluatedKey": found[-1]} if len(mine) > self._at_once else {}
            return {"Items": found, **more}

    def transact_write_items(self, TransactItems):  # noqa: N803 - as boto3 has it
        with self._lock:
            self.moves.append(len(TransactItems) // 2)
            for put, delete in zip(TransactItems[::2], TransactItems[1::2], strict=True):
                del self.items[key_of(delete["Delete"]["Key"])]
                item = put["Put"]["Item"]
                self.items[key_of(item)] = item


def move(table, count=4, grace=0, clock=None, sleep=None, **options):
    """How many moved, and what was told."""
    told: list[str] = []
    clock = clock or Clock(1000.0)
    configurations = {(): table, ("once",): table}
    moved = move_to(
        *(BUILTIN, count, told.append, grace),
        **options,
        client_of=lambda *which: configurations[which],
        clock=clock,
        sleep=sleep or clock.sleep,
    )
    return moved, told


@pytest.mark.parametrize("at_once", [1000, 3])
def test_all_records_move_and_then_nothing_is_where_it_was(at_once):
    table = Table(60, at_once)
    assert move(table) == (60, [])
    assert all(Partitioning(4).is_in_place(item) for item in table.items.values())
    assert len(table.items) == 60
    assert spread.partitioning_of(NAME) == Partitioning(4)
    table.scans.clear()
    assert move(table) == (0, [])
    assert table.scans == []


def test_a_transaction_moves_25():
    """Two actions each: DynamoDB takes a hundred."""
    table = Table(60)
    move(table)
    assert sorted(table.moves) == [10, 25, 25]


def test_the_table_is_looked_through_until_all_are_in_place():
    table = Table(60)
    move(table)
    assert [one["Segment"] for one in table.scans] == [*range(8), *range(8)]
    for one in table.scans:
        assert (one["TotalSegments"], one["Limit"], one["ConsistentRead"]) == (8, 500, True)


def test_what_is_in_its_place_stays():
    table = Table(60)
    spread.begin(NAME, 4, 0)
    stays = [item for item in table.items.values() if Partitioning(1).is_in_place(item)][:20]
    for item in stays:
        del table.items[key_of(item)]
        placed = Partitioning(4).place(dict(item))
        table.items[key_of(placed)] = placed
    assert move(table) == (40, [])


@pytest.mark.parametrize(("grace", "waits"), [(30, 30), (0.5, 0.5), (None, None)])
def test_writes_go_by_the_new_partitioning_before_records_move(grace, waits):
    clock = Clock(1000.0)
    waits = settings.VISIBILITY_SECONDS if waits is None else waits
    _, told = move(Table(1), grace=grace, clock=clock)
    assert clock.slept == [waits]
    words = f"Writes go to 4 partitions a day in {waits:.0f} seconds; then records move."
    assert told == [words]


def test_every_ten_seconds_it_is_told_how_many_have_moved():
    """Each of the pages, of 8 records, takes five."""
    _, told = move(Table(40, at_once=1), clock=Ticking(5.0))
    assert told[:2] == ["16 records moved so far", "32 records moved so far"]
    assert set(told[2:]) == {"40 records moved so far"}


def test_of_records_that_lie_elsewhere_than_is_known_nothing_is_waited_for():
    clock, table = Clock(1000.0), Table(20)
    spread.write_down(NAME, Partitioning(4))
    assert move(table, grace=30, before=1, clock=clock) == (20, [])
    assert clock.slept == []
    assert spread.partitioning_of(NAME) == Partitioning(4)


def test_another_move_has_to_end_first():
    spread.begin(NAME, 4, 0)
    with pytest.raises(SpreadRefused, match=r"run manage\.py spread messages 4"):
        move(Table(1), count=8)


def test_who_finds_another_move_stops():
    table = Table(20)
    with pytest.raises(SpreadRefused, match="Somebody else"):
        move(table, grace=30, sleep=lambda _: spread.write_down(NAME, Partitioning(8)))
    assert table.moves == []
    assert spread.partitioning_of(NAME) == Partitioning(8)
