"""What SQL knows of an import that is taken back: what is left, what was found, the sums, the end.
No file and no record is needed for it."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.models import Chunk, Import, State
from ingestion.running.ended.undo import account, beginning
from ingestion.running.ended.undo.account import Outcome
from ingestion.running.ended.undo.columns import Undo
from messages_app.models import Day
from notices.models import Occurrence
from tests.ingestion.helpers import DATE, UNDO, Tasks

pytestmark = pytest.mark.django_db

OTHERS = [state for state in State if state != State.UNDOING]


def made(state=State.UNDOING, **values):
    return Import.objects.create(bucket="b", key="file.csv", identity="1", state=state, **values)


def chunk_of(import_, number=1, **values):
    return import_.chunks.create(number=number, start=0, end=9, first_line=2, lines=9, **values)


@pytest.fixture
def import_():
    return made()


@pytest.mark.parametrize(
    ("policy", "values", "is_left"),
    [
        ("keep", {"written": 1, "is_done": True}, True),
        ("keep", {"kept": 1, "is_done": True}, True),
        ("keep", {"replaced": 1, "is_done": True}, True),
        ("keep", {"unchanged": 1, "is_done": True}, False),
        ("replace", {"unchanged": 1, "is_done": True}, True),
        ("keep", {"is_begun": True}, True),
        ("keep", {"is_begun": True, "is_done": True}, False),
        ("keep", {}, False),
        ("keep", {"written": 1, "is_done": True, "is_undone": True}, False),
    ],
)
def test_chunks_that_may_have_records_are_left(policy, values, is_left):
    import_ = made(on_conflict=policy)
    chunk_of(import_, **values)
    assert account.chunks_left(import_).exists() is is_left
    for import_.state in State:
        has_ended = import_.state in (State.DONE, State.FAILED, State.CANCELLED)
        assert beginning.may_begin(import_) is (is_left and has_ended)
    Import.objects.update(dry_run=True)
    assert not account.chunks_left(import_).exists()


def test_a_chunk_is_begun_while_the_import_is_taken_back_and_once_it_is_done_no_more(import_):
    chunk = chunk_of(import_)
    for import_.state in OTHERS:
        assert not account.begin_chunk(import_, chunk)
    import_.state, chunk.is_undone = State.UNDOING, True
    assert not account.begin_chunk(import_, chunk)
    assert not Chunk.objects.get().is_undo_begun
    chunk.is_undone = False
    assert account.begin_chunk(import_, chunk)
    assert account.begin_chunk(import_, Chunk.objects.get())
    assert Chunk.objects.get().is_undo_begun


def test_of_two_first_findings_that_of_the_other_task_counts(import_):
    chunk = chunk_of(import_)

    def save(number, *, is_first):
        found = account.save_found(chunk, {"at": number, "lines": []}, is_first=is_first)
        return found["at"], (Chunk.objects.get().undo_found or {}).get("at")

    assert save(1, is_first=True) == (1, 1)
    assert save(2, is_first=True) == (1, 1)
    assert save(3, is_first=False) == (3, 3)
    Chunk.objects.update(is_undone=True)
    assert save(4, is_first=False) == (4, 3)
    Chunk.objects.update(undo_found=None)
    assert save(5, is_first=True) == (5, None)


def test_progress_is_noted_of_what_is_taken_back_alone(import_):
    before = import_.progress_at
    for state, resumes in ((State.DONE, 3), (State.UNDOING, 0)):
        Import.objects.update(state=state, resumes=3)
        account.progressed(import_)
        now = Import.objects.get()
        assert (now.resumes, now.progress_at > before) == (resumes, not resumes)


def test_a_chunk_is_counted_once_and_the_last_one_ends_it(import_):
    Day.objects.create(kind="messages", date=DATE, count=9)
    Import.objects.update(resumes=3, written=3, notices=[{"code": "a", "detail": "b"}])
    first = chunk_of(import_, written=3, is_done=True)
    second = chunk_of(import_, 2, is_begun=True)
    outcome = Outcome(Undo(reversed=2, gone=1), {DATE: -2}, {}, Counter())
    for _ in range(2):
        account.chunk_undone(import_, first, outcome)
        now = Import.objects.get()
        assert (now.state, now.undo_reversed, now.undo_gone, now.resumes) == ("undoing", 2, 1, 0)
        assert Day.objects.get().count == 7
    late = Counter(written=2, kept=1)
    outcome = Outcome(Undo(reversed=2, edited=1), {DATE: -1}, {DATE: 1}, late)
    account.chunk_undone(import_, second, outcome)
    now, chunk = Import.objects.get(), Chunk.objects.get(number=2)
    assert (now.state, now.error_code, now.notices) == ("undone", "", [])
    assert (now.read, now.written, now.kept) == (3, 5, 1)
    assert (chunk.read, chunk.written, chunk.kept, chunk.new_by_date) == (3, 2, 1, {DATE: 1})
    assert (now.undo_counts, now.undo_ended_at is not None) == (Undo(4, 0, 1, 1), True)
    assert (Day.objects.get().count, Occurrence.objects.count()) == (6, 0)


@pytest.mark.parametrize(
    ("of_import", "of_chunk"),
    [({"undo_reversed": 2}, {"undo_reversed": 3}), ({"undo_reversed": 2}, {"undo_gone": 2})],
)
def test_sums_that_differ_are_a_failure(import_, of_import, of_chunk):
    Import.objects.update(written=2, **of_import)
    chunk_of(import_, written=2, is_undone=True, **of_chunk)
    account.finish_if_complete(import_)
    now = Import.objects.get()
    assert (now.state, now.error_code) == ("failed", "undo_mismatch")


def test_without_chunks_there_is_nothing_to_do(import_):
    tasks = Tasks()
    beginning.send_chunks(import_, tasks)
    assert (Import.objects.get().state, tasks.waiting) == ("undone", [])


def test_what_fails_is_told_and_what_is_stopped_is_not(import_):
    account.fail(import_, "undo_dead_letter", "It cannot go on.")
    account.fail(import_, "late", "Too late.")
    assert not account.stop(import_)
    now = Import.objects.get()
    assert (now.state, now.error_code) == ("failed", "undo_dead_letter")
    assert (now.error_detail, now.undo_ended_at is not None) == ("It cannot go on.", True)
    assert [one.event for one in Occurrence.objects.all()] == ["dead_letter"]
    Import.objects.update(state="undoing", undo_ended_at=None)
    assert account.stop(import_)
    now = Import.objects.get()
    assert (now.state, now.error_code) == ("cancelled", "undo_stopped")
    assert (now.undo_ended_at is not None, Occurrence.objects.count()) == (True, 1)


def test_it_begins_once_and_keeps_when_it_first_did():
    before = timezone.now() - timedelta(days=1)
    import_, tasks = made(State.CANCELLED, resumes=3, error_code="a", error_detail="b"), Tasks()
    import_.undo_begun_at = before
    Import.objects.update(undo_ended_at=before, progress_at=before)
    assert beginning.begin(import_, tasks)
    assert not beginning.begin(import_, tasks)
    now = Import.objects.get()
    assert (now.state, now.error_code, now.error_detail, now.resumes) == ("undoing", "", "", 0)
    assert (now.undo_begun_at, now.undo_ended_at, now.undo_without_copy) == (before, None, "")
    assert now.progress_at > before
    assert tasks.waiting == [(str(import_.pk), 0, UNDO)]


def test_chunks_that_are_left_are_sent_while_it_is_taken_back(import_):
    tasks = Tasks()
    for number in range(1, 5):
        chunk_of(import_, number, written=1, is_done=True, is_undone=number == 2)
    for import_.state in OTHERS:
        beginning.send_chunks(import_, tasks)
    assert tasks.waiting == []
    import_.state = State.UNDOING
    beginning.send_chunks(import_, tasks)
    assert sorted(tasks.waiting) == [(str(import_.pk), number, UNDO) for number in (1, 3, 4)]


def test_one_that_makes_no_progress_is_resumed_by_one_process(import_):
    tasks, other = Tasks(), Import.objects.get()
    beginning.resume(import_, tasks)
    beginning.resume(other, tasks)
    assert tasks.waiting == [(str(import_.pk), 0, UNDO)]
    assert Import.objects.get().resumes == 1
    Import.objects.update(state="done")
    beginning.resume(Import.objects.get(), tasks)
    assert len(tasks.waiting) == 1


def test_rows_that_are_being_written_yet_are_waited_for(settings):
    import_ = made(State.CANCELLED, finished_at=timezone.now())
    chunk_of(import_, is_begun=True)
    assert beginning.refusal(import_).code == "import_being_written"
    assert not beginning.begin(import_, Tasks())


@pytest.mark.parametrize("has_parent", [True, False])
def test_mended_rows_are_read_from_the_import_that_rejected_them(has_parent):
    parent = made(State.DONE) if has_parent else None
    import_ = Import.objects.create(
        bucket="b", key="file.csv", identity="mended-1", state=State.DONE, parent=parent
    )
    chunk_of(import_, written=1, is_done=True)
    refusal = beginning.refusal(import_)
    assert (refusal.code if refusal else None) == (None if has_parent else "object_gone")


def test_copies_are_looked_for_once_they_may_have_expired(settings):
    import_ = made(State.DONE)
    chunk_of(import_, replaced=2, is_done=True)
    chunk_of(import_, 2, replaced=4, is_done=True, keeps_copies=True)
    assert beginning.without_copy(import_) == 2
