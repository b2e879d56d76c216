"""An import is run again, resumed, or begun anew: with what is left of it, and by one alone."""

import pytest
from django.utils import timezone

from common.tracing import request_id
from ingestion.models import Import, State
from ingestion.running import lifecycle, progress
from messages_app.models import Day
from messages_app.store import day_index
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import FUTURE, end, made, now, part

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_planned", [False, True])
@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_one_that_ended_early_goes_on_with_what_is_left(is_planned, state):
    at = timezone.now()
    error = {"error_code": "stalled", "error_detail": "x"} if state == State.FAILED else {}
    import_ = made(
        2, state=state, is_planned=is_planned, resumes=5, finished_at=at, settled_at=at, **error
    )
    import_.chunks.filter(number=1).update(is_done=True, is_queued=True)
    tasks = Tasks()
    assert lifecycle.run_again(import_, tasks)
    known = now(import_)
    assert end(import_) == (State.WRITING if is_planned else State.QUEUED, "")
    assert (known.error_detail, known.finished_at, known.settled_at) == ("", None, None)
    assert (known.resumes, known.progress_at > at) == (0, True)
    sent = [(str(import_.pk), number) for number in ([2] if is_planned else [0, 2])]
    assert tasks.waiting == sent


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.DONE},
        {"state": State.WRITING},
        {"state": State.FAILED, "error_code": "too_large"},
        {"state": State.FAILED, "error_code": "too_many_rejects"},
        {"state": State.FAILED, "identity": ""},
    ],
    ids=str,
)
def test_what_is_not_to_be_run_again_is_left(fields):
    import_, tasks = made(**fields), Tasks()
    assert not lifecycle.run_again(import_, tasks)
    assert (now(import_).state, tasks.waiting) == (fields["state"], [])


def test_one_that_waits_only_for_its_end_is_ended_when_it_is_run_again():
    import_, tasks = made(state=State.CANCELLED, read=1, written=1), Tasks()
    import_.chunks.update(is_done=True, read=1, written=1)
    lifecycle.run_again(import_, tasks)
    assert (end(import_), tasks.waiting) == ((State.DONE, ""), [])


def anew(import_, tasks):
    return lifecycle.run_again(import_, tasks)


BEGUN_ANEW = {
    "failed": (anew, {"state": State.FAILED, "is_planned": False, "chunks": 0}),
    "taken back": (anew, {"state": State.UNDONE, "undo_begun_at": timezone.now()}),
    "a forecast": (lifecycle.make_real, {"state": State.DONE, "dry_run": True}),
    "looked at": (lifecycle.go_on_for_real, {"dry_run": True, "hold_above": 5}),
}


@pytest.mark.parametrize(("begin", "fields"), BEGUN_ANEW.values(), ids=BEGUN_ANEW)
@pytest.mark.parametrize(("request_", "kept"), [("", "old"), ("new", "new")])
def test_whoever_has_it_begin_anew_has_it_planned_in_the_name_of_his_request(
    begin, fields, request_, kept
):
    import_, tasks = made(request_id="old", **fields), Tasks()
    with request_id.bound(request_):
        begin(import_, tasks)
    known = now(import_)
    assert (known.state, known.request_id) == (State.QUEUED, kept)
    assert tasks.waiting == [(str(import_.pk), 0)]
    assert (known.dry_run, known.is_planned, known.chunks.count()) == (False, False, 0)
    assert known.is_made_real == ("dry_run" in fields)


@pytest.mark.parametrize(
    ("begin", "fields"),
    [
        (anew, {"state": State.UNDOING, "undo_begun_at": timezone.now()}),
        (lifecycle.make_real, {"state": State.DONE}),
        (lifecycle.make_real, {"state": State.WRITING, "dry_run": True}),
        (lifecycle.make_real, {"state": State.DONE, "dry_run": True, "identity": ""}),
        (lifecycle.make_real, {"state": State.FAILED, "dry_run": True, "error_code": "no_rows"}),
        (lifecycle.go_on_for_real, {"dry_run": True}),
        (lifecycle.go_on_for_real, {"hold_above": 5}),
        (lifecycle.go_on_for_real, {"dry_run": True, "hold_above": 5, "state": State.CANCELLED}),
    ],
)
def test_what_is_not_to_begin_anew_keeps_its_chunks(begin, fields):
    import_, tasks = made(**fields), Tasks()
    assert not begin(import_, tasks)
    assert (now(import_).state, tasks.waiting) == (fields.get("state", State.WRITING), [])
    assert import_.chunks.count() == 1


def test_an_import_that_begins_anew_knows_nothing_and_its_days_are_without_its_records():
    day_index.register([FUTURE])
    day_index.add({FUTURE: 5})
    import_ = made(2, resumes=2, forecast={"a": 1})
    progress.chunk_done(import_, import_.chunks.get(number=1), part({FUTURE: 1}, written=1))
    assert Day.objects.get().count == 6
    tasks = Tasks()
    lifecycle.import_again(import_, tasks)
    known = now(import_)
    assert Day.objects.get().count == 5
    assert (known.state, known.is_planned, known.forecast) == (State.QUEUED, False, None)
    assert {known.read, known.written, known.bytes_done, known.chunks_done, known.resumes} == {0}
    assert {known.chunks_total, known.bytes_planned, known.undo_reversed} == {0}
    assert (known.chunks.count(), tasks.waiting) == (0, [(str(import_.pk), 0)])


@pytest.mark.parametrize("is_seen_late", [False, True])
def test_one_that_stands_still_is_resumed_by_one_listener(is_seen_late):
    import_, tasks = made(2, resumes=1), Tasks()
    import_.chunks.update(is_queued=True)
    import_.chunks.filter(number=1).update(is_done=True)
    before = import_.progress_at
    if is_seen_late:
        Import.objects.update(progress_at=timezone.now())
    lifecycle.resume(import_, tasks)
    assert now(import_).resumes == (1 if is_seen_late else 2)
    assert tasks.waiting == ([] if is_seen_late else [(str(import_.pk), 2)])
    assert now(import_).progress_at > before


def test_a_forecast_that_stands_still_is_planned_again_too_as_that_concludes_it():
    import_, tasks = made(dry_run=True), Tasks()
    lifecycle.resume(import_, tasks)
    assert tasks.waiting == [(str(import_.pk), 0), (str(import_.pk), 1)]


class Named(Tasks):
    """Keeps in whose name a plan was sent."""

    def plan(self, import_id):
        self.waiting.append((request_id.current(),))


@pytest.mark.parametrize(("request_", "named"), [("", "old"), ("new", "new")])
def test_what_nobody_asks_for_is_sent_in_the_name_of_who_asked_for_the_import(request_, named):
    import_, tasks = made(request_id="old"), Named()
    with request_id.bound(request_):
        lifecycle.import_again(import_, tasks)
    assert tasks.waiting == [(named,)]
