"""A queue that takes time, and what a plan does with it."""

from common.deadline import Deadline
from ingestion.running.plan import plan
from tests.common.clock import Clock
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import now


class SlowQueue(Tasks):
    """Takes so many seconds of a clock for each message of a chunk."""

    def __init__(self, seconds):
        super().__init__()
        self.clock, self.seconds = Clock(), seconds

    def write(self, import_id, chunk_number, delay_seconds=0):
        super().write(import_id, chunk_number)
        self.clock.sleep(self.seconds)


def planned_by(tasks, import_):
    """Which chunks were sent, and whether the plan was, to go on."""
    plan(now(import_), tasks, Deadline(10, tasks.clock))
    numbers = [number for _, number in tasks.waiting]
    return numbers.count(0), len(set(numbers) - {0})
