"""A plan that takes long goes on in a new task."""

import pytest

from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now
from tests.ingestion.running.core.planning.slow_queue import SlowQueue, planned_by


@pytest.mark.django_db
def test_a_plan_goes_on_in_a_new_task_when_half_of_its_time_is_over(aws, small_chunks):
    for seconds, sent, planned in (
        (0.4, (1, 16), 16),  # half of the time is over
        (0.29, (1, 48), 60),  # the time is over while the last are sent
        (0.2, (0, 60), 60),
    ):
        import_ = start(HEADER + lines(60), Tasks())
        assert planned_by(SlowQueue(seconds), import_) == sent
        assert import_.chunks.count() == planned
        assert now(import_).is_planned == (planned == 60)
