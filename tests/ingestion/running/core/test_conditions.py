"""Tasks that come late, twice or side by side: what a plan and a chunk may do, and what not."""

import pytest

from common.deadline import Deadline
from ingestion.models import Import, State
from ingestion.running import progress
from silence import files
from silence.models import FileDue
from tests.common.clock import Clock
from tests.ingestion.formats.making import make
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import BYTES, LINES, made, now, slices

pytestmark = pytest.mark.django_db

DEAD = {"state": State.FAILED, "error_code": "dead_letter"}


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ({"state": State.QUEUED}, True),
        ({"state": State.PLANNING}, True),
        (DEAD, True),
        ({"state": State.PLANNING, "is_planned": True}, False),
        ({"state": State.CANCELLED}, False),
        ({"state": State.FAILED, "error_code": "stalled"}, False),
        ({"state": State.WAITING}, False),
    ],
    ids=str,
)
def test_an_import_that_is_not_planned_and_runs_is_planned(fields, begins):
    import_ = made(0, **({"is_planned": False} | fields))
    assert progress.begin_planning(import_) == begins
    assert now(import_).state == (State.PLANNING if begins else fields["state"])


def new_slices(import_, count, first=1):
    found = slices(count, first)
    for one in found:
        one.import_record = import_
    return found


def test_a_plan_is_saved_piece_by_piece():
    import_ = made(0, state=State.PLANNING, is_planned=False, bytes_total=5)
    assert progress.save_plan(import_, new_slices(import_, 3), is_last=False)
    for one in (import_, now(import_)):
        assert (one.bytes_planned, one.lines_planned) == (100 + 3 * BYTES, 1 + 3 * LINES)
        assert one.chunks_total == 3
    assert (now(import_).is_planned, now(import_).state) == (False, State.PLANNING)
    assert now(import_).bytes_total == 5

    assert progress.save_plan(import_, new_slices(import_, 1, first=4), is_last=True)
    whole = now(import_)
    assert (whole.bytes_planned, whole.lines_planned) == (100 + 4 * BYTES, 1 + 4 * LINES)
    assert (whole.bytes_total, whole.chunks_total) == (100 + 4 * BYTES, 4)
    assert (whole.is_planned, whole.state, whole.chunks.count()) == (True, State.WRITING, 4)


def test_with_a_plan_it_is_told_that_a_file_of_its_format_came():
    format_ = make("plant")
    files.expect(format_.pk, 60)
    import_ = made(0, state=State.PLANNING, is_planned=False)
    import_.format_version = format_.current
    assert progress.save_plan(import_, [], is_last=True)
    assert FileDue.objects.get().last_at == import_.created_at


def test_the_end_of_a_plan_may_have_no_chunk_of_its_own():
    import_ = made(0, state=State.PLANNING, is_planned=False, bytes_planned=700, lines_planned=31)
    assert progress.save_plan(import_, [], is_last=True)
    whole = now(import_)
    assert (whole.bytes_planned, whole.bytes_total, whole.lines_planned) == (700, 700, 31)
    assert (whole.state, whole.chunks_total) == (State.WRITING, 0)


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"bytes_planned": 900},
        {"state": State.CANCELLED},
        {"is_planned": True},
        {"is_made_real": True},
    ],
    ids=str,
)
def test_a_plan_that_another_task_has_overtaken_saves_nothing(meanwhile):
    import_ = made(0, state=State.PLANNING, is_planned=False)
    Import.objects.update(**meanwhile)
    assert not progress.save_plan(import_, new_slices(import_, 2), is_last=True)
    assert (now(import_).chunks_total, now(import_).chunks.count()) == (0, 0)


def test_chunks_are_sent_that_were_not_or_that_are_named():
    import_, tasks = made(4), Tasks()
    import_.chunks.filter(number__gte=3).update(is_queued=True)
    assert progress.send_chunks(import_, tasks)
    assert sorted(tasks.waiting) == [(str(import_.pk), 1), (str(import_.pk), 2)]
    assert not import_.chunks.filter(is_queued=False).exists()
    tasks.waiting.clear()
    assert progress.send_chunks(import_, tasks, import_.chunks.filter(number=4))
    assert tasks.waiting == [(str(import_.pk), 4)]


@pytest.mark.parametrize(("seconds", "is_all"), [(0, False), (1, True)])
def test_some_chunks_are_sent_however_little_time_there_is(seconds, is_all):
    import_, tasks = made(40), Tasks()
    assert progress.send_chunks(import_, tasks, until=Deadline(seconds, Clock())) == is_all
    sent = import_.chunks.filter(is_queued=True).count()
    assert sent == len(tasks.waiting)
    assert (sent == 40) == is_all
    assert sent > 0


@pytest.mark.parametrize(
    ("fields", "chunk_fields", "begins"),
    [
        ({}, {}, True),
        ({"state": State.PLANNING}, {}, True),
        (DEAD, {}, True),
        ({"state": State.FAILED, "error_code": "stalled"}, {}, False),
        ({"state": State.CANCELLED, "error_code": "dead_letter"}, {}, False),
        ({"state": State.CANCELLED}, {}, False),
        ({"state": State.CANCELLED}, {"is_begun": True}, True),
        ({}, {"is_done": True}, False),
        ({}, {"is_begun": True, "is_undo_begun": True}, False),
    ],
    ids=str,
)
def test_a_chunk_is_begun_while_its_import_runs_and_finished_in_any_case(
    fields, chunk_fields, begins
):
    import_ = made(**fields)
    import_.chunks.update(**chunk_fields)
    assert progress.begin_chunk(import_, import_.chunks.get()) == begins
    was_begun = "is_begun" in chunk_fields
    assert import_.chunks.get().is_begun == (begins or was_begun)


def test_of_a_forecast_no_chunk_leaves_rows_behind():
    import_ = made(dry_run=True)
    assert progress.begin_chunk(import_, import_.chunks.get())
    assert not import_.chunks.get().is_begun
