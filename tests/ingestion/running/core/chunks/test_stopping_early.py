"""An import that is nearly all rejects is stopped, and what its tasks still count is told."""

import pytest

from ingestion.models import Chunk, State
from ingestion.running.progress import chunk_done, keep_part
from notices.models import Occurrence
from tests.ingestion.running.core.made import BYTES, FUTURE, end, made, now, part

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings):
    settings.MAX_REJECTS = 5


def test_an_import_that_is_nearly_all_rejects_is_stopped_and_counts_on():
    import_ = made(3, bytes_total=100 + 3 * BYTES)
    chunk_done(import_, import_.chunks.get(number=1), part(rejected=4))
    assert now(import_).state == State.WRITING
    chunk_done(import_, import_.chunks.get(number=2), part({FUTURE: 1}, rejected=9, written=1))
    assert end(import_) == (State.FAILED, "too_many_rejects")
    assert "13 of the 14 rows" in now(import_).error_detail
    assert [one["code"] for one in now(import_).notices] == ["future_moments"]
    chunk_done(import_, import_.chunks.get(number=3), part(rejected=10))  # it had been begun
    assert "23 of the 24 rows" in now(import_).error_detail
    assert [one.event for one in Occurrence.objects.all()] == ["import_failed"]


def test_a_chunk_that_was_not_read_to_its_end_ends_the_import():
    import_ = made(2)
    chunk_done(import_, import_.chunks.get(number=1), part(rejected=4))
    last = import_.chunks.get(number=2)
    keep_part(import_, last, part(written=2, rows_left=2, unread_bytes=50), is_begun=True)
    assert end(import_) == (State.FAILED, "too_many_rejects")
    assert "4 of the 6 rows" in now(import_).error_detail
    assert now(import_).bytes_done == BYTES + (BYTES - 50) // 2
    chunk_done(import_, last, part(written=2, unread_bytes=50))
    assert now(import_).bytes_done == BYTES + BYTES - 50
    assert end(import_) == (State.FAILED, "too_many_rejects")


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED])
def test_what_is_rejected_behind_another_end_leaves_that(state):
    import_ = made(2, state=state, error_code="object_gone")
    Chunk.objects.update(is_begun=True)
    chunk_done(import_, import_.chunks.get(number=1), part(rejected=10))
    assert end(import_) == (state, "object_gone")
    assert now(import_).rejected == 10


def test_few_rejects_stop_nothing():
    import_ = made(2)
    chunk_done(import_, import_.chunks.get(number=1), part(rejected=4))
    assert end(import_) == (State.WRITING, "")
