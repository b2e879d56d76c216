"""Plans that read no file: of mended rows, of what is compared, of chunks that are to be sent."""

import pytest

from common.deadline import Deadline
from ingestion.models import State
from ingestion.rejects.mending.models import Mend
from ingestion.running.plan import plan
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import made, now
from tests.ingestion.running.core.planning.slow_queue import SlowQueue, planned_by

pytestmark = pytest.mark.django_db


def test_rows_that_were_mended_are_planned_without_an_object():
    parent = made(0, state=State.DONE)
    child = made(0, identity="mended-1", parent=parent, state=State.QUEUED, is_planned=False)
    Mend.objects.create(import_record=parent, line=7, state="loading", child=child)
    tasks = Tasks()
    plan(child, tasks, Deadline(30))
    assert tasks.waiting == [(str(child.pk), 1)]
    assert now(child).is_planned


@pytest.mark.parametrize(("limit", "state"), [(None, State.DONE), (50, State.QUEUED)])
def test_a_forecast_that_is_compared_ends_or_goes_on_as_an_import(limit, state):
    import_, tasks = made(dry_run=True, hold_above=limit, read=1, written=1), Tasks()
    import_.chunks.update(is_done=True, is_queued=True)
    plan(import_, tasks, Deadline(30))
    assert (now(import_).state, now(import_).dry_run) == (state, limit is None)
    assert tasks.waiting == ([(str(import_.pk), 0)] if limit else [])


@pytest.mark.parametrize(("seconds", "sent"), [(0.4, (1, 16)), (0.2, (1, 32)), (0.1, (0, 40))])
def test_chunks_that_are_not_sent_are_sent_first_for_half_of_the_time(seconds, sent):
    import_ = made(40)
    assert planned_by(SlowQueue(seconds), import_) == sent
    assert import_.chunks.filter(is_queued=True).count() == sent[1]
