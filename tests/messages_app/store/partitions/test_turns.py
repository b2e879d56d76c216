"""Which rows a batch has, where a day has several partitions."""

from messages_app.store.partitions.turns import Turns


def test_partitions_take_turns() -> None:
    turns = Turns(["a", "a", "b", "c", "b", "a"])
    batches = []
    while turns:
        batches.append(turns.take(2, may_mix=False))
        turns.give_back(batches[-1], [])
    assert batches == [[0, 1], [2, 4], [3], [5]]


def test_the_partition_that_the_fewest_threads_write_to_is_next() -> None:
    turns = Turns([*"aaaa", *"bbbb"])
    first, second, third = (turns.take(1, may_mix=False) for _ in range(3))
    assert (first, second, third) == ([0], [4], [1])
    turns.give_back(second, [])
    assert turns.take(1, may_mix=False) == [5]


def test_what_is_refused_is_the_first_of_its_partition_again() -> None:
    turns = Turns([*"aaa", *"bb"])
    taken = turns.take(2, may_mix=False)
    turns.give_back(taken, [0, 1])
    assert turns.take(2, may_mix=False) == [3, 4]
    assert turns.take(3, may_mix=False) == [0, 1, 2]
    assert not turns


def test_small_shares_of_many_partitions_go_together() -> None:
    turns = Turns([*"abcdef"])
    assert turns.take(4, may_mix=True) == [0, 1, 2, 3]
    assert turns.take(4, may_mix=True) == [4, 5]


def test_a_batch_that_fills_up_takes_no_more_than_fit() -> None:
    turns = Turns([*"abbb"])
    assert turns.take(2, may_mix=True) == [0, 1]
    assert turns.take(2, may_mix=True) == [2, 3]


def test_who_sends_is_counted_up_and_down() -> None:
    turns = Turns([*"aaaa", *"bbbbbb"])
    first = turns.take(1, may_mix=False)
    for expected in (4, 5, 6):
        assert turns.next() == expected
        turns.give_back(turns.take(1, may_mix=False), [])
    turns.give_back(first, [])
    assert turns.next() == 1
