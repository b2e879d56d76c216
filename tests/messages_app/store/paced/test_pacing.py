"""Processes that write to one partition find its limit and share it, in made-up time."""

import heapq
import random

import pytest

from common.deadline import Deadline
from messages_app.store.pacing import Pace
from tests.common.clock import Clock

DATE = "2019-05-28"
BATCH = 25


class Partition:
    """Takes ``limit`` rows a second, and ``limit`` more at once after a rest of a second."""

    def __init__(self, limit):
        self.limit = self.tokens = limit
        self.at = 0.0

    def take(self, rows, now):
        """How many of the rows are taken."""
        self.tokens = min(self.limit, self.tokens + (now - self.at) * self.limit)
        self.at = now
        taken = min(rows, int(self.tokens))
        self.tokens -= taken
        return taken


class Writer:
    def __init__(self):
        self.clock = Clock()
        self.pace = Pace(self.clock, self.clock.sleep)
        self.taken = self.refused = self.next = 0

    def prepare(self):
        self.next = self.pace.at_once(DATE, BATCH)
        assert self.pace.wait({DATE: self.next}, Deadline(1e9, self.clock))

    def send(self, partition):
        sent_at = self.clock.now
        taken = partition.take(self.next, sent_at)
        self.clock.sleep(0.02)
        refused = {DATE: self.next - taken} if taken < self.next else {}
        self.pace.answered(sent_at, {DATE: self.next}, refused)
        self.taken += taken
        self.refused += self.next - taken


def write(limit, writers, seconds):
    """All of them write so long."""
    partition = Partition(limit)
    waiting: list[tuple[float, int]] = []
    for number, writer in enumerate(writers):
        writer.prepare()
        heapq.heappush(waiting, (writer.clock.now, number))
    while waiting[0][0] < seconds:
        _, number = heapq.heappop(waiting)
        writers[number].send(partition)
        writers[number].prepare()
        heapq.heappush(waiting, (writers[number].clock.now, number))


@pytest.fixture(autouse=True)
def same_chances():
    random.seed(1)


@pytest.mark.parametrize("limit", [100, 400, 900])
@pytest.mark.parametrize("count", [1, 2, 8])
def test_processes_use_nearly_all_that_a_partition_takes(limit, count):
    writers = [Writer() for _ in range(count)]
    write(limit, writers, 120)
    taken = sum(writer.taken for writer in writers) - limit  # the rest from before
    refused = sum(writer.refused for writer in writers)
    assert taken >= 0.9 * limit * 120
    assert refused < taken
    assert min(writer.taken for writer in writers) > 0.4 * taken / count


def test_what_others_leave_is_used():
    writers = [Writer() for _ in range(8)]
    write(400, writers, 60)
    last = writers[0]
    before = last.taken
    partition = Partition(400)
    partition.at = last.clock.now
    start = last.clock.now
    while last.clock.now < start + 30:
        last.send(partition)
        last.prepare()
    assert last.taken - before > 0.7 * 400 * 30


def test_a_partition_that_refuses_nothing_for_long_is_written_to_unhindered():
    writer = Writer()
    write(100, [writer], 10)
    writer.clock.sleep(60)
    writer.pace.answered(writer.clock.now, {DATE: 1}, {})
    before = writer.clock.now
    for _ in range(100):
        assert writer.pace.wait({DATE: BATCH}, Deadline(1, writer.clock))
    assert writer.clock.now == before


def test_other_partitions_are_not_held_up():
    writer = Writer()
    write(10, [writer], 10)
    before = writer.clock.now
    assert writer.pace.wait({"2019-05-29": 1000}, Deadline(1, writer.clock))
    assert writer.clock.now == before


def test_requests_become_small_where_little_is_taken():
    writer = Writer()
    assert writer.pace.at_once(DATE, BATCH) == BATCH
    write(1, [writer], 60)
    assert writer.pace.at_once(DATE, BATCH) < 10


def test_a_turn_that_comes_too_late_is_not_waited_for():
    writer = Writer()
    write(1, [writer], 60)
    writer.pace.wait({DATE: BATCH}, Deadline(1e9, writer.clock))
    before = writer.clock.now
    assert not writer.pace.wait({DATE: BATCH}, Deadline(0.1, writer.clock))
    assert writer.clock.now == before
