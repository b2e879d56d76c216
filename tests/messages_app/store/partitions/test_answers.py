"""Answers of several partitions put together to one: what each is asked, and where they end."""

import pytest

from messages_app.store.items import key_item
from messages_app.store.partitions.merging import read_merged
from messages_app.store.partitions.partitioning import Partitioning
from messages_app.store.query import Query

DATE = "2019-05-28"


class Partitions:
    """Answer as they are told: the times of their records, and where each answer ends."""

    def __init__(self, **answers):
        self._answers = answers
        self.asked = []

    def ask(self, query, partition, limit, behind, descending):
        self.asked.append((partition, limit, behind, descending, query.is_consistent))
        times, end = self._answers.get(partition[-1], ([], ""))
        return [key_item((partition, time)) for time in times], end


def merged(partitions, partitioning, limit=100, descending=False, **query):
    items, end = read_merged(
        partitions.ask, partitioning, Query(DATE, **query), DATE, limit, "09", descending
    )
    return [item["time"]["S"] for item in items], end


@pytest.mark.parametrize(("limit", "share"), [(100, 42), (6, 10), (1, 9)])
def test_each_partition_is_asked_for_its_share_and_eight_more(limit, share):
    partitions = Partitions()
    merged(partitions, Partitioning(3), limit)
    assert sorted(partitions.asked) == [
        (f"{DATE}#{number}", share, "09", False, False) for number in range(3)
    ]


@pytest.mark.parametrize(
    ("partitioning", "is_asked_for", "is_consistent"),
    [
        (Partitioning(2), False, False),
        (Partitioning(2), True, True),
        (Partitioning(2, before=3), False, True),
    ],
)
def test_while_records_move_they_are_read_consistently(partitioning, is_asked_for, is_consistent):
    partitions = Partitions()
    merged(partitions, partitioning, is_consistent=is_asked_for)
    assert {one[-1] for one in partitions.asked} == {is_consistent}
    assert len(partitions.asked) == partitioning.count + partitioning.before


def test_the_partitions_that_records_leave_are_asked_first():
    partitions = Partitions()
    merged(partitions, Partitioning(1, before=2))
    assert [one[0] for one in partitions.asked][-1] == DATE


def test_answers_that_are_whole_are_merged_in_order():
    partitions = Partitions(**{"0": (["10", "12"], ""), "1": (["11", "13"], "")})
    assert merged(partitions, Partitioning(2)) == (["10", "11", "12", "13"], "")
    assert merged(partitions, Partitioning(2), descending=True) == (["13", "12", "11", "10"], "")


def test_records_behind_the_first_end_wait_for_the_next_answer():
    partitions = Partitions(
        **{"0": (["10", "12"], "12"), "1": (["11", "13"], "14"), "2": (["15"], "")}
    )
    assert merged(partitions, Partitioning(3)) == (["10", "11", "12"], "12")


def test_backwards_the_first_end_is_the_latest():
    partitions = Partitions(
        **{"0": (["14", "12"], "12"), "1": (["13", "11"], "11"), "2": (["10"], "")}
    )
    assert merged(partitions, Partitioning(3), descending=True) == (["14", "13", "12"], "12")
