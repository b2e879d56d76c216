"""One day's partition takes fewer writes than workers could send: work slows down, and no more."""

import pytest
from django.conf import settings

from ingestion.aws.sqs import dead_letter_queue
from ingestion.models import Chunk, Import
from tests.faults.effects import Watched
from tests.faults.files import CsvFile
from tests.faults.services.partition_limit import PartitionLimit
from tests.faults.stack import messages_in

ROWS = 1500
LIMIT = 150


@pytest.fixture
def limit(idle_stack):
    """One partition takes so little that no chunk can be written in the time of one task."""
    limit = PartitionLimit(LIMIT, burst=LIMIT)
    idle_stack.proxy.inject(limit, "dynamodb")
    # Requests are waited for longer too: one whose answer came late would be sent twice.
    idle_stack.processes.configure(TASK_SECONDS="6", CHUNK_BYTES="40000")
    return limit


def read_so_far():
    """How many rows are counted. The receipt adds up at every moment."""
    import_ = Import.objects.first()
    if import_ is None:
        return 0
    assert import_.receipt.adds_up
    return import_.read


def spent_twice(limit, import_):
    """Writes of rows that were in the table already, by this very import."""
    return limit.duplicates - import_.unchanged - import_.kept - import_.replaced


@pytest.mark.parametrize("on_conflict", ["keep", "replace"])
def test_an_import_of_a_busy_day_takes_longer_and_is_done(idle_stack, limit, on_conflict):
    receives = Watched()
    idle_stack.proxy.inject(receives, "sqs", "ReceiveMessage", sender="worker")
    idle_stack.start(workers=3)
    file = CsvFile(ROWS, copies=on_conflict == "keep")
    idle_stack.upload(file, on_conflict)
    idle_stack.wait_until(lambda: read_so_far() == ROWS)
    import_ = idle_stack.ended()
    idle_stack.assert_done(import_, file, on_conflict)
    assert limit.refused
    assert max(Chunk.objects.values_list("parts_kept", flat=True)) > 1
    assert spent_twice(limit, import_) < 0.05 * limit.taken
    assert receives.most_deliveries == 1
    assert messages_in(dead_letter_queue(settings.CELERY_QUEUE)) == 0


def test_workers_that_are_killed_go_on_behind_what_was_remembered(idle_stack, limit):
    idle_stack.start()
    file = CsvFile(ROWS)
    idle_stack.upload(file)
    idle_stack.wait_until(lambda: read_so_far() > ROWS // 4)
    idle_stack.processes.kill("worker")
    idle_stack.wait_until(lambda: not limit.under_way)
    import_ = Import.objects.get()
    known = import_.written + import_.kept
    unknown = idle_stack.records().total() - known
    duplicates = limit.duplicates
    idle_stack.processes.start_workers(2)
    import_ = idle_stack.ended()
    idle_stack.assert_done(import_, file)
    # A row with the key of another one costs up to two writes that are refused, whoever writes it.
    usual = 2 * (import_.unchanged + import_.kept)
    assert limit.duplicates - duplicates <= unknown + usual
    assert known > usual
