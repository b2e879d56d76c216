"""How fast a partition is written to behind a refusal, in made-up time: the numbers themselves."""

import math
import random

import pytest

from common.deadline import Deadline
from messages_app.store.pacing import Pace, throttled
from tests.common.clock import Clock

DAY, OTHER = "2019-05-28", "2019-05-29"
# More than any request has: then a request has what two seconds take.
ANY = 10**6
TWO_SECONDS = 2


@pytest.fixture
def clock():
    return Clock(100.0)


@pytest.fixture
def pace(clock):
    return Pace(clock, clock.sleep)


def refuse(pace, share, sent_at=None):
    """A request of a hundred rows."""
    refused = {DAY: round(100 * share)} if share else {}
    pace.answered(pace.now() if sent_at is None else sent_at, {DAY: 100}, refused)


def rate(pace):
    return pace.at_once(DAY, ANY) / TWO_SECONDS


@pytest.mark.parametrize(("share", "expected"), [(1.0, 500), (0.5, 750), (0.1, 950)])
def test_the_first_refusal_slows_down_in_proportion(pace, share, expected):
    refuse(pace, share)
    assert rate(pace) == expected


def test_behind_a_refusal_it_is_faster_from_second_to_second(pace, clock):
    refuse(pace, 1)
    found = []
    for _ in range(3):
        clock.now += 3
        found.append(rate(pace))
    expected = [500 * math.exp(0.03 * seconds**2) for seconds in (3, 6, 9)]
    assert found == pytest.approx(expected, abs=1)


def test_a_second_refusal_slows_down_from_where_it_had_got_to(pace, clock):
    refuse(pace, 1)
    clock.now += 3
    refuse(pace, 1)
    assert rate(pace) == pytest.approx(250 * math.exp(0.03 * 9), abs=1)


def test_requests_that_were_on_their_way_together_slow_down_once(pace, clock):
    refuse(pace, 1)
    clock.now += 0.1
    refuse(pace, 1, sent_at=clock.now - 0.2)
    assert rate(pace) == pytest.approx(500, abs=1)


def test_it_is_never_slower_than_one_row_a_second(pace, clock):
    for _ in range(40):
        clock.now += 0.01
        refuse(pace, 1)
    assert pace.at_once(DAY, ANY) == 2
    assert pace.at_once(DAY, 1) == 1


@pytest.mark.parametrize("refusals", [1, 40], ids=["fast", "slowest"])
def test_what_was_refused_is_forgotten_in_the_end(pace, clock, refusals):
    for _ in range(refusals):
        clock.now += 0.01
        refuse(pace, 1)
    clock.now += 100_000
    refuse(pace, 0)
    assert not pace.is_needed
    assert pace.at_once(DAY, ANY) == ANY


def test_it_is_forgotten_at_four_times_what_a_partition_takes(pace, clock):
    refuse(pace, 1)
    clock.now += math.sqrt(math.log(8) / 0.03) - 0.1
    refuse(pace, 0)
    assert pace.is_needed
    clock.now += 0.2
    refuse(pace, 0)
    assert not pace.is_needed


def test_another_partition_of_the_same_request_keeps_its_pace(pace):
    pace.answered(pace.now(), {DAY: 10, OTHER: 10}, {DAY: 10})
    assert pace.at_once(OTHER, ANY) == ANY
    assert rate(pace) == 500


def test_turns_are_as_far_apart_as_the_rows_before_take(pace, clock):
    random.seed(1)
    refuse(pace, 1)
    assert pace.wait({DAY: 1}, Deadline(60, clock))
    assert clock.slept == []
    for _ in range(50):
        assert pace.wait({DAY: 1}, Deadline(60, clock))
    # A tenth more or less, so that processes do not go on in step.
    assert min(clock.slept) == pytest.approx(0.9 / 500, rel=0.02)
    assert max(clock.slept) == pytest.approx(1.1 / 500, rel=0.02)


def test_more_rows_are_waited_for_longer(pace, clock):
    refuse(pace, 1)
    for _ in range(2):
        assert pace.wait({DAY: 250}, Deadline(60, clock))
    assert clock.slept == [pytest.approx(0.5, rel=0.11)]


def test_a_turn_behind_the_deadline_is_not_waited_for(pace, clock):
    refuse(pace, 1)
    assert pace.wait({DAY: 250}, Deadline(60, clock))
    assert not pace.wait({DAY: 1}, Deadline(0.4, clock))
    assert clock.slept == []


def test_what_is_held_back_may_pass():
    error = throttled("insert records")
    assert (error.code, error.permanent) == ("ThrottlingError", False)
    assert "insert records" in str(error)
