"""Two tasks plan an import: the one that comes second to save a piece leaves it to the other."""

import pytest
from django.db.models import F

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.plan import plan
from tests.common.clock import Ticking
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now, slices


class PlannedTwice(Tasks):
    """When its first chunks are sent, another task saves the next one; from then on time passes."""

    def __init__(self):
        super().__init__()
        self.clock = Ticking()

    def write(self, import_id, chunk_number, delay_seconds=0):
        super().write(import_id, chunk_number)
        if len(self.waiting) == 16:
            [other] = slices(1, first=17, import_record_id=import_id)
            other.save()
            Import.objects.update(bytes_planned=F("bytes_planned") + 1)
            self.clock.tick = 2


@pytest.mark.django_db
def test_a_plan_that_another_task_has_overtaken_sends_nothing_more(aws, small_chunks):
    for count in (20, 60):
        import_, tasks = start(HEADER + lines(count), Tasks()), PlannedTwice()
        plan(now(import_), tasks, Deadline(10, tasks.clock))
        assert sorted(number for _, number in tasks.waiting) == list(range(1, 17))
