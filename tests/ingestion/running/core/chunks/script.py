"""In the place of a repository, and a chunk that it writes."""

from collections import deque

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, Import
from ingestion.running.write import write
from messages_app.schema.builtin import MESSAGE
from messages_app.store.bulk_insert import InsertResult
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now


class Script:
    """A repository that does step by step what it is told.

    A step is how long it takes, and how many more rows are written then; or an error.
    """

    schema = MESSAGE

    def __init__(self, clock, *steps):
        self.clock, self.steps = clock, steps
        self.kept = []

    def insert_in_parts(self, records, on_conflict, deadline, keep_aside=None):
        places = deque(range(len(records)))
        for step in self.steps:
            if isinstance(step, str):
                raise ServiceError("the table", step, permanent=False)
            seconds, count = step
            self.clock.sleep(seconds)
            yield {
                place: InsertResult("written", records[place].key)
                for place in [places.popleft() for _ in range(count)]
            }
            chunk = Chunk.objects.get()
            self.kept.append((chunk.parts_kept, chunk.read, chunk.is_begun))


def planned() -> Import:
    """An import with a chunk of four rows."""
    tasks = Tasks()
    import_ = start(HEADER + lines(4), tasks)
    tasks.run_one()
    return import_


def written_by(script, import_, tasks):
    write(now(import_), import_.chunks.get(), script, tasks, Deadline(9, script.clock))
