"""Which ranges of keys are worth a look, and how far one is read; with a stand-in for the table."""

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import item_of
from messages_app.store.looking.lookup import Lookup
from messages_app.store.looking.ranges import KeyRange, found_in, key_ranges
from messages_app.store.partitions.partitioning import PLAIN, Partitioning
from tests.messages_app.records import record

TEN = 1559037600  # 2019-05-28T10:00:00Z
DATE = "2019-05-28"


def rows(seconds):
    return [record(TEN + second) for second in seconds]


def items(seconds):
    return [item_of(one, MESSAGE) for one in rows(seconds)]


def times(seconds):
    return [one.time for one in rows(seconds)]


@pytest.mark.parametrize(("count", "expected"), [(24, 0), (25, 1)])
def test_a_range_of_fewer_rows_than_one_request_inserts_is_not_looked_at(count, expected):
    assert len(key_ranges(rows(range(count)), PLAIN)) == expected
    assert key_ranges(rows([0] * 30), PLAIN) == []


def test_a_range_reaches_from_the_first_row_to_the_last():
    [found] = key_ranges(rows(range(40, 0, -1)), PLAIN)
    wanted = times(range(1, 41))
    assert found == KeyRange(DATE, frozenset(wanted), wanted[0], wanted[-1])


def test_a_spread_day_has_a_range_of_each_partition_and_one_that_moves_none():
    found = key_ranges(rows(range(200)), Partitioning(3))
    assert sorted(one.partition for one in found) == [f"{DATE}#{number}" for number in range(3)]
    assert sum(len(one.times) for one in found) == 200
    assert key_ranges(rows(range(200)), Partitioning(3, before=1)) == []


RANGE = KeyRange(DATE, frozenset(times(range(5))), *times([0, 999]))


class Answers:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, keys, count, behind):
        assert keys is RANGE
        self.asked.append((count, behind))
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("others", "is_read_on"),
    [(45, True), (46, False)],
)
def test_it_is_read_on_while_one_in_ten_is_a_rows(others, is_read_on):
    first = items([*range(5), *range(100, 100 + others)])
    ask = Answers((first, "a time"), (items([500]), ""))
    found, behind = found_in(RANGE, ask)
    assert ask.asked == [(50, ""), (5000, "a time")][: 2 if is_read_on else 1]
    assert behind == ("" if is_read_on else "a time")
    assert len(found) == len(first) + is_read_on


def test_what_is_found_has_the_key_of_its_record():
    item = Partitioning(3).place(items([7])[0])
    found, behind = found_in(RANGE, Answers(([item], "")))
    assert (found, behind) == ({(DATE, *times([7])): item}, "")


class Table:
    """Holds records at all even seconds; a range is known up to second 40."""

    def __init__(self, behind):
        self.behind = behind
        self.got = []

    def ranges(self, pool, records):
        there = {one.key: item_of(one, MESSAGE) for one in rows(range(0, 40, 2))}
        first, last = times([9, 60])
        yield KeyRange(DATE, frozenset(), first, last), there, self.behind

    def partition(self, key):
        return key[0]

    def get(self, pool, keys):
        self.got += keys
        return {}


@pytest.mark.parametrize(("behind", "asked"), [("", [7, 61]), (times([40])[0], [7, 41, 60, 61])])
def test_only_keys_that_no_range_tells_of_are_read_by_themselves(behind, asked):
    table = Table(behind)
    wanted = [one.key for one in rows([7, 9, 10, 10, 11, 12, 40, 41, 60, 61])]
    found = Lookup(table, None, []).at(wanted)
    assert list(found) == [one.key for one in rows([10, 12])]
    assert table.got == [one.key for one in rows(asked)]
