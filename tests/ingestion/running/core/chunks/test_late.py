"""Tasks of chunks that are done: they see to it that their import comes to its end."""

import pytest

from common.deadline import Deadline
from ingestion.models import State
from ingestion.running.write import write
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import end, made, now

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", ["compared", "not all compared"])
def test_a_forecast_whose_chunks_are_compared_is_concluded_by_a_plan(how):
    import_, tasks = made(2, dry_run=True, read=2, written=2), Tasks()
    import_.chunks.filter(number=1).update(is_done=True)
    chunk = import_.chunks.get(number=1)
    if how == "compared":
        import_.chunks.update(is_done=True)
    write(now(import_), chunk, None, tasks, Deadline(30))
    assert tasks.waiting == ([(str(import_.pk), 0)] if how == "compared" else [])


def test_a_late_task_of_a_chunk_ends_an_import_that_waits_for_that_alone():
    import_ = made(read=1, written=1)
    import_.chunks.update(is_done=True, read=1, written=1)
    write(import_, import_.chunks.get(), None, Tasks(), Deadline(30))
    assert end(import_) == (State.DONE, "")
