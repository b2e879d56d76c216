"""While a chunk takes long, what is known of it is kept."""

import pytest

from ingestion.models import State
from tests.common.clock import Clock
from tests.ingestion.helpers import Tasks, counts
from tests.ingestion.running.core.chunks.script import Script, planned, written_by
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_what_is_known_is_kept_nine_times_in_the_time_of_a_task(aws):
    import_ = planned()
    clock = Clock()
    steps = [(0.95, 1), (0.05, 0), (0.95, 0), (0.05, 1), (1, 0), (0.5, 1), (2, 1)]
    script = Script(clock, *steps)
    written_by(script, import_, Tasks())
    kept = [(0, 0), (1, 1), (1, 1), (2, 2), (2, 2), (3, 3), (3, 3)]
    assert script.kept == [(*one, True) for one in kept]
    assert (now(import_).state, counts(import_)) == (State.DONE, {"read": 4, "written": 4})
