"""A plan goes on with what was saved, of the content that it was told of."""

import gzip

import pytest

from common.deadline import Deadline
from ingestion.models import Import, State
from ingestion.reading.file_error import FileError
from ingestion.rejects.mending.models import Mend
from ingestion.running.plan import plan
from messages_app.kinds import making
from tests.ingestion.helpers import HEADER, Tasks, lines, put, start
from tests.ingestion.running.core.made import made, now
from tests.messages_app.kinds.climate import FIELDS, somebody, written_down

pytestmark = pytest.mark.django_db


def test_rows_that_were_mended_are_planned_without_an_object():
    parent = made(0, state=State.DONE)
    child = made(0, identity="mended-1", parent=parent, state=State.QUEUED, is_planned=False)
    Mend.objects.create(import_record=parent, line=7, state="loading", child=child)
    tasks = Tasks()
    plan(child, tasks, Deadline(30))
    assert tasks.waiting == [(str(child.pk), 1)]
    assert now(child).is_planned


@pytest.mark.parametrize(("limit", "state"), [(None, State.DONE), (50, State.QUEUED)])
def test_a_forecast_that_is_compared_ends_or_goes_on_as_an_import(limit, state):
    import_, tasks = made(dry_run=True, hold_above=limit, read=1, written=1), Tasks()
    import_.chunks.update(is_done=True, is_queued=True)
    plan(import_, tasks, Deadline(30))
    assert (now(import_).state, now(import_).dry_run) == (state, limit is None)
    assert tasks.waiting == ([(str(import_.pk), 0)] if limit else [])


@pytest.mark.usefixtures("aws")
def test_chunks_of_a_packed_file_follow_each_other_and_are_kept_as_text(small_chunks):
    tasks = Tasks()
    import_ = start(gzip.compress((HEADER + lines(20)).encode()), tasks, "file.csv.gz")
    tasks.run_one(seconds=0)
    assert import_.chunks.count() == 16
    plan(now(import_), tasks, Deadline(30))
    chunks = import_.chunks.order_by("number")
    assert list(chunks.values_list("first_line", flat=True)) == list(range(2, 22))
    assert not chunks.filter(staged_key="").exists()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("pinned", "expected"), [(0, 2), (1, 1)])
def test_a_plan_that_begins_anew_stays_with_the_version_of_the_kind(pinned, expected):
    kind = written_down()
    making.change(kind, {"fields": FIELDS[:-1]}, somebody())
    header = ",".join(one["name"] for one in FIELDS[:-1])
    import_ = start(f"{header}\n2019-05-28T10:00:00Z,a,21.5,40\n", Tasks())
    Import.objects.update(kind="climate", kind_version=pinned)
    plan(now(import_), Tasks(), Deadline(30))
    assert (now(import_).kind, now(import_).kind_version) == ("climate", expected)


@pytest.mark.usefixtures("aws")
def test_no_other_content_is_planned_that_came_under_the_key_since():
    import_ = start(HEADER + lines(1), Tasks())
    Import.objects.update(version_id="")  # as in a bucket that keeps none
    put(HEADER + lines(2))
    with pytest.raises(FileError) as raised:
        plan(now(import_), Tasks(), Deadline(30))
    assert raised.value.code == "object_changed"
