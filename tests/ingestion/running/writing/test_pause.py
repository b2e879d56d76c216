"""How long a task waits for a table that takes nothing."""

import pytest

from ingestion.running.writing.pause import LONGEST_SECONDS, pause_seconds


@pytest.mark.parametrize(("seconds", "first", "last"), [(100, 50, 150), (10_000, 900, 900)])
def test_it_is_about_as_long_as_a_task_and_no_longer_than_a_message_can_wait(
    settings, seconds, first, last
):
    settings.TASK_SECONDS = seconds
    waits = [pause_seconds() for _ in range(200)]
    assert first <= min(waits) <= max(waits) <= last
    assert len(set(waits)) > 50 or first == last
    assert LONGEST_SECONDS == 900  # https://docs.aws.amazon.com: DelaySeconds of SendMessage
