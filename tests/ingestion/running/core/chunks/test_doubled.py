"""The same task of a chunk runs twice at once."""

import pytest

from ingestion.models import Chunk
from tests.common.clock import Clock
from tests.ingestion.helpers import Tasks, counts
from tests.ingestion.running.core.chunks.script import Script, planned, written_by


class Overtaken(Script):
    """The other one keeps a part first."""

    def insert_in_parts(self, *arguments):
        Chunk.objects.update(parts_kept=1)
        return super().insert_in_parts(*arguments)


@pytest.mark.django_db
def test_a_task_that_is_overtaken_leaves_the_chunk_to_the_other_one(aws):
    import_, tasks = planned(), Tasks()
    written_by(Overtaken(Clock(), (2, 1)), import_, tasks)
    chunk = import_.chunks.get()
    assert (tasks.waiting, counts(import_)) == ([], {})
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (1, 0, False)
