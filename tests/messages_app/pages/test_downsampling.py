"""Lines with fewer points: bounded in number, with nothing lost that could be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.pages.browse.downsampling import shares, thin

values = st.lists(st.floats(0, 1e9), min_size=0, max_size=400)


def line(numbers):
    return [(float(place), number) for place, number in enumerate(numbers)]


@given(values, st.integers(4, 60))
def test_a_thinned_line_has_at_most_so_many_of_its_own_points_in_their_order(numbers, maximum):
    thinned = thin(line(numbers), maximum)
    assert len(thinned) <= maximum
    places = [int(point[0]) for point in thinned]
    assert places == sorted(set(places))
    assert thinned == [line(numbers)[place] for place in places]


@given(values.filter(bool), st.integers(4, 60))
def test_the_highest_the_lowest_and_both_ends_stay(numbers, maximum):
    thinned = thin(line(numbers), maximum)
    kept = [point[1] for point in thinned]
    assert (max(kept), min(kept)) == (max(numbers), min(numbers))
    assert (thinned[0], thinned[-1]) == (line(numbers)[0], line(numbers)[-1])


def test_a_short_line_stays_as_it_is():
    points = line([3, 1, 2, 5])
    assert thin(points, 4) == points


def test_every_peak_of_a_long_quiet_line_stays():
    numbers = [1.0] * 5000
    peaks = [7, 2500, 2999, 4800]
    for place in peaks:
        numbers[place] = 50.0
    kept = thin(line(numbers), 800)
    assert [int(x) for x, y in kept if y == 50.0] == peaks
    assert len(kept) <= 800


@pytest.mark.parametrize("counts", [[5000], [4993, 1, 1, 1, 1, 1, 1, 1], [0, 0], [10, 20, 30]])
def test_lines_share_the_points_by_their_length_and_each_has_some(counts):
    shared = shares(counts, 800)
    assert sum(shared) <= 800
    assert min(shared) >= 4
    assert sorted(shared, reverse=True) == [
        share for _, share in sorted(zip(counts, shared, strict=True), reverse=True)
    ]
