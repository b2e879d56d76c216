"""How the days of a kind are spread, as it is kept."""

import pytest

from messages_app.models import Spread
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import PLAIN, Partitioning
from messages_app.store.partitions.spread import Partitionings, counts_of, partitioning_of

pytestmark = pytest.mark.django_db
KIND = "climate"


def told():
    """To whoever reads and to whoever writes: it is the same."""
    partitionings = Partitionings(KIND)
    found = {partitionings.for_reading(), partitionings.now(), partitioning_of(KIND)}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize("partitioning", [PLAIN, Partitioning(4), Partitioning(4, 2, 1000.5)])
def test_what_is_written_down_is_told_at_once(partitioning):
    assert told() == PLAIN
    spread.write_down(KIND, partitioning)
    assert told() == partitioning


def test_of_another_kind_it_says_nothing():
    spread.write_down("other", Partitioning(4))
    assert told() == PLAIN
    assert counts_of([KIND, "other"]) == {KIND: 1, "other": 4}


@pytest.mark.parametrize("before", [1, 3])
def test_a_move_begins_from_what_there_is(before):
    if before > 1:
        spread.write_down(KIND, Partitioning(before))
    assert told() == Partitioning(before)
    assert spread.begin(KIND, 4, 1000.5) == told() == Partitioning(4, before, 1000.5)


def test_a_move_that_is_under_way_goes_on():
    spread.begin(KIND, 4, 1000.5)
    for count in (4, 8):
        assert spread.begin(KIND, count, 2000) == told() == Partitioning(4, 1, 1000.5)


def test_where_all_are_there_already_nothing_moves():
    spread.write_down(KIND, Partitioning(4))
    assert spread.begin(KIND, 4, 2000) == told() == Partitioning(4)


def test_records_can_be_told_to_come_from_elsewhere():
    spread.write_down(KIND, Partitioning(4))
    assert spread.begin(KIND, 4, 2000, before=2) == told() == Partitioning(4, 2, 2000)


@pytest.mark.parametrize(("count", "is_kept"), [(1, False), (2, True), (4, True)])
def test_behind_a_move_there_is_its_partitioning_alone(count, is_kept):
    spread.write_down(KIND, Partitioning(3))
    partitioning = spread.begin(KIND, count, 2000)
    assert told() == partitioning
    spread.end(KIND, partitioning)
    assert told() == Partitioning(count)
    assert Spread.objects.exists() == is_kept


def test_the_end_of_another_move_is_not_that_of_this_one():
    spread.write_down(KIND, Partitioning(8, 4, 2000))
    spread.end(KIND, Partitioning(8, 2, 2000))
    spread.end(KIND, Partitioning(4, 4, 2000))
    spread.end("other", Partitioning(8, 4, 2000))
    assert told() == Partitioning(8, 4, 2000)
