"""An import ends early, and its end is taken back: only where that is due, and once."""

import pytest
from django.utils import timezone

from ingestion.models import Import, State
from ingestion.rejects.mending import settling
from ingestion.rejects.mending.models import Mend
from ingestion.running import lifecycle, progress
from notices.models import Occurrence
from tests.ingestion.running.core.made import FUTURE, end, made, now, part

pytestmark = pytest.mark.django_db

DEAD, UNDO_DEAD = "dead_letter", "undo_dead_letter"


def fail(import_):
    lifecycle.fail(import_, "stalled", "It went no further.")


def with_new_records(**fields):
    """One whose first chunk of two has added a record of a day that is far from today."""
    import_ = made(2, **fields)
    progress.chunk_done(import_, import_.chunks.get(number=1), part({FUTURE: 1}, written=1))
    return now(import_)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State.QUEUED, (State.CANCELLED, "")),
        (State.WRITING, (State.CANCELLED, "")),
        (State.WAITING, (State.CANCELLED, "")),
        (State.HELD, (State.CANCELLED, "")),
        (State.UNDOING, (State.CANCELLED, "undo_stopped")),
        (State.UNDONE, (State.UNDONE, "")),
        (State.DONE, (State.DONE, "")),
        (State.FAILED, (State.FAILED, "")),
    ],
)
def test_what_is_under_way_can_be_cancelled(before, after):
    import_ = made(state=before)
    assert lifecycle.cancel(import_) == (after[0] != before)
    assert end(import_) == after
    is_at = now(import_).undo_ended_at if before == State.UNDOING else now(import_).finished_at
    assert (is_at is not None) == (after[0] != before)


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"state": State.QUEUED}, (State.FAILED, "stalled")),
        ({"state": State.WRITING}, (State.FAILED, "stalled")),
        ({"state": State.FAILED, "error_code": DEAD}, (State.FAILED, "stalled")),
        ({"state": State.FAILED, "error_code": "object_gone"}, (State.FAILED, "object_gone")),
        ({"state": State.DONE}, (State.DONE, "")),
        ({"state": State.CANCELLED}, (State.CANCELLED, "")),
        ({"state": State.UNDOING}, (State.UNDOING, "")),
    ],
)
def test_what_runs_can_fail_and_people_are_told(fields, after):
    import_ = made(**fields)
    fail(import_)
    assert end(import_) == after
    told = [one.event for one in Occurrence.objects.all()]
    assert told == (["import_failed"] if after[1] == "stalled" else [])


def test_an_upload_whose_object_came_meanwhile_does_not_fail():
    import_ = made(identity="", state=State.QUEUED)
    Import.objects.update(identity="v1")
    fail(import_)
    assert now(import_).state == State.QUEUED


@pytest.mark.parametrize("ending", [fail, lifecycle.cancel])
def test_at_an_early_end_what_was_added_is_looked_at(ending):
    import_ = with_new_records()
    ending(import_)
    assert [one["code"] for one in now(import_).notices] == ["future_moments"]


@pytest.mark.parametrize(
    ("ending", "lines"), [(fail, []), (lifecycle.cancel, []), (progress.finish_if_complete, [7])]
)
def test_mended_rows_of_which_nothing_was_told_can_be_loaded_again(ending, lines):
    parent = made(0, state=State.DONE, rejected=2)
    child = made(0, key="b.csv", identity="mended-1", parent=parent)
    for line in (7, 8):
        Mend.objects.create(import_record=parent, line=line, state="loading", child=child)
    settling.account(child, lines, [])
    assert now(parent).mended == len(lines)
    ending(child)
    states = dict(Mend.objects.values_list("line", "state"))
    assert states == {7: "mended" if lines else "ready", 8: "ready"}


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"error_code": UNDO_DEAD}, State.UNDOING),
        ({"error_code": DEAD}, State.WRITING),
        ({"error_code": DEAD, "is_planned": False}, State.PLANNING),
        ({"error_code": "stalled"}, State.FAILED),
        ({"error_code": UNDO_DEAD, "state": State.CANCELLED}, State.CANCELLED),
    ],
)
def test_a_redriven_letter_takes_back_its_own_failure_alone(fields, after):
    at = timezone.now()
    import_ = made(
        **{"state": State.FAILED, "finished_at": at, "undo_ended_at": at, "error_detail": "x"}
        | fields
    )
    lifecycle.reopen(import_)
    known = now(import_)
    assert known.state == after
    is_open = after in (State.UNDOING, State.WRITING, State.PLANNING)
    assert (known.error_code, known.error_detail) == (
        ("", "") if is_open else (fields["error_code"], "x")
    )
    assert (known.undo_ended_at is None) == (after == State.UNDOING)
    assert (known.finished_at is None) == (after in (State.WRITING, State.PLANNING))
    assert (known.progress_at > import_.progress_at) == is_open
