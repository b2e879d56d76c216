"""How well eight workers use what the partitions of one day take. Minutes long, and so run by hand:

.venv/bin/python -m pytest -s tests/faults/services/measure_busy_day.py
"""

import pytest
from django.conf import settings

from common.aws.clients import sqs_client
from ingestion.aws.sqs import dead_letter_queue
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.faults.effects import Watched
from tests.faults.files import CsvFile
from tests.faults.services.partition_limit import PartitionLimit
from tests.faults.stack import messages_in, queue_url
from tests.support import processes


@pytest.mark.parametrize(
    ("limit_a_second", "rows", "partitions"),
    [(400, 23_000, 1), (100, 9_000, 1), (100, 14_000, 2), (100, 28_000, 4), (50, 28_000, 8)],
)
def test_the_share_of_a_limit_that_is_used(
    idle_stack, monkeypatch, limit_a_second, rows, partitions
):
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 900)
    limit, receives = PartitionLimit(limit_a_second, burst=limit_a_second), Watched()
    idle_stack.proxy.inject(limit, "dynamodb")
    idle_stack.proxy.inject(receives, "sqs", "ReceiveMessage", sender="worker")
    idle_stack.processes.configure(TASK_SECONDS="45", CHUNK_BYTES="262144")
    sqs_client().set_queue_attributes(
        QueueUrl=queue_url(settings.CELERY_QUEUE), Attributes={"VisibilityTimeout": "180"}
    )
    spread.write_down("messages", Partitioning(partitions))
    idle_stack.start(workers=8)
    file = CsvFile(rows)
    idle_stack.upload(file)
    import_ = idle_stack.ended()
    idle_stack.assert_done(import_, file)
    seconds = limit.times[-1] - limit.times[0]
    # What could be taken at once in the beginning is no part of what is taken a second; nor is the
    # end, when some partitions of the file's day have no rows left.
    first, last = (int(share * limit.taken) for share in (0.1, 0.8))
    a_second = (last - first) / (limit.times[last] - limit.times[first])
    used = a_second / partitions / limit_a_second
    twice = limit.duplicates - import_.unchanged - import_.kept
    print(  # noqa: T201
        f"\n{limit_a_second} writes a second of each of {partitions} partitions, {rows:,} rows:"
        f" {seconds:.0f} s, {a_second:.0f} writes a second, {used:.3f} of the"
        f" limit, {limit.taken:,} writes taken, {limit.refused:,} refused, {twice:,} spent twice,"
        f" deliveries {receives.most_deliveries}"
    )
    assert used >= 0.9
    assert twice < 0.05 * limit.taken
    assert messages_in(dead_letter_queue(settings.CELERY_QUEUE)) == 0
