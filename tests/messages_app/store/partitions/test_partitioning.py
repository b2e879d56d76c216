"""Where the records of a day lie in a partitioning, and when writes go by it."""

import pytest

from messages_app.store.items import key_item
from messages_app.store.partitions.partitioning import (
    HELD_SECONDS,
    PLAIN,
    Partitioning,
    partition_of,
    partitions_of,
)

DATE, TIME = "2019-05-28", "10:55:09.385333"
KEY = (DATE, TIME)


def item(partition):
    return {**key_item((partition, TIME)), "location": {"S": "here"}}


@pytest.mark.parametrize(
    ("partitioning", "is_plain", "counts"),
    [
        (PLAIN, True, (1,)),
        (Partitioning(2), False, (2,)),
        (Partitioning(1, before=2), False, (2, 1)),
        (Partitioning(3, before=2), False, (2, 3)),
    ],
)
def test_a_partitioning_is_plain_where_a_day_is_one_partition(partitioning, is_plain, counts):
    assert (partitioning.is_plain, partitioning.counts) == (is_plain, counts)


def test_without_more_being_said_it_is_plain():
    assert Partitioning() == PLAIN == Partitioning(count=1, before=0, switch_at=0)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_record_is_in_its_place_there_alone(count):
    partitioning = Partitioning(count)
    place = partition_of(KEY, count)
    assert place in partitions_of(DATE, count)
    assert partitioning.key_item(KEY) == key_item((place, TIME))
    assert partitioning.place(item(DATE)) == item(place)
    here = [one for one in partitions_of(DATE, count) if partitioning.is_in_place(item(one))]
    assert here == [place]


def test_the_partitions_of_a_day_are_numbered():
    assert partitions_of(DATE, 1) == [DATE]
    assert partitions_of(DATE, 3) == [f"{DATE}#0", f"{DATE}#1", f"{DATE}#2"]


def writing(partitioning, now=1000.0):
    """The partitioning that writes go by, and what they wait for it."""
    slept: list[float] = []
    return partitioning.for_writing(lambda: now, slept.append), slept


@pytest.mark.parametrize("pause", [0.5, 1, HELD_SECONDS])
def test_just_before_the_change_over_writes_wait_for_it(pause):
    partitioning = Partitioning(4, 1, 1000 + pause)
    assert writing(partitioning) == (partitioning, [pause])


def test_long_before_it_they_go_by_the_old_partitioning():
    assert writing(Partitioning(4, 2, 1000 + 10.5)) == (Partitioning(2), [])


@pytest.mark.parametrize("switch_at", [1000, 990, 0])
def test_from_then_on_they_do_not_wait(switch_at):
    partitioning = Partitioning(4, 1, switch_at)
    assert writing(partitioning) == (partitioning, [])


def test_where_nothing_moves_nothing_is_waited_for():
    partitioning = Partitioning(4, 0, 2000)
    assert writing(partitioning) == (partitioning, [])
