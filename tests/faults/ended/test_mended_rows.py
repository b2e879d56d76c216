"""Workers are killed while mended rows are loaded by an import of their own."""

import random

from ingestion.models import RUNNING, Import
from ingestion.rejects.mending import bulk, editing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.running.tasks import CeleryQueue
from messages_app.models import Day
from tests.ingestion.helpers import HEADER, averages, counts, line, put
from tests.ingestion.rejects.mending import settled

ROWS = 2000


def test_mended_rows_are_loaded_once_by_workers_that_are_killed(stack):
    put(HEADER + line(0, avg=1) + "".join(line(one + 1, avg="x") for one in range(ROWS)))
    import_ = stack.ended()
    assert import_.rejected == ROWS
    fault = FaultName("not_a_number", "local_avg")
    assert bulk.replace(import_, fault, "x", "7", None).ready == ROWS
    child = editing.load(import_, None, CeleryQueue().plan)

    stack.kill_workers(random.Random(6), 3, service="dynamodb", share=0.5)

    stack.wait_until(lambda: Import.objects.get(pk=child.pk).state not in RUNNING)
    assert Import.objects.get(pk=child.pk).state == "done"
    assert counts(child) == {"read": ROWS, "written": ROWS}
    assert settled(import_) == {"mended": ROWS}
    assert averages() == [1] + ROWS * [7]
    assert Day.objects.get().count == ROWS + 1
