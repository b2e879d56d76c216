"""The lines that are left of a chunk, as ranges."""

from hypothesis import given
from hypothesis import strategies as some

from ingestion.running.writing.left_lines import holds, ranges


def test_rows_that_follow_each_other_are_one_range_whatever_lines_they_take() -> None:
    assert ranges([(1, 2), (2, 5), (3, 6), (5, 9), (8, 20), (9, 30)]) == [[2, 6], [9, 9], [20, 30]]
    assert ranges([]) == []
    assert not holds([], 2)


@given(some.lists(some.tuples(some.integers(1, 3), some.booleans()), max_size=12))
def test_ranges_hold_the_rows_that_are_left_and_no_others(rows: list[tuple[int, bool]]) -> None:
    """Each row has some lines."""
    line, lines = 2, []
    for height, _ in rows:
        lines.append(line)
        line += height
    left = {one: is_left for one, (_, is_left) in zip(lines, rows, strict=True)}
    found = ranges((number, one) for number, one in enumerate(lines, 1) if left[one])
    assert {one: holds(found, one) for one in lines} == left
    assert not holds(found, 1)
    assert not holds(found, line)
