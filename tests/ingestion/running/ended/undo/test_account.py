"""What SQL knows of an import that is taken back: what is left, what was found, the sums, the end.
No file and no record is needed for it."""

from collections import Counter

import pytest

from ingestion.models import Chunk, Import, State
from ingestion.running.ended.undo import account, beginning
from ingestion.running.ended.undo.account import ChunkOutcome
from ingestion.running.ended.undo.columns import Undo
from messages_app.models import Day
from notices.models import Occurrence
from tests.ingestion.helpers import DATE

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
    outcome = ChunkOutcome(Undo(reversed=2, gone=1), {DATE: -2}, {}, Counter())
    for _ in range(2):
        account.chunk_undone(import_, first, outcome)
        now = Import.objects.get()
        assert (now.state, now.undo_reversed, now.undo_gone, now.resumes) == ("undoing", 2, 1, 0)
        assert Day.objects.get().count == 7
    late = Counter(written=2, kept=1)
    outcome = ChunkOutcome(Undo(reversed=2, edited=1), {DATE: -1}, {DATE: 1}, late)
    account.chunk_undone(import_, second, outcome)
    now, chunk = Import.objects.get(), Chunk.objects.get(number=2)
    assert (now.state, now.error_code, now.notices) == ("undone", "", [])
    assert (now.read, now.written, now.kept) == (3, 5, 1)
    assert (chunk.read, chunk.written, chunk.kept, chunk.new_by_date) == (3, 2, 1, {DATE: 1})
    assert (now.undo_counts, now.undo_ended_at is not None) == (Undo(4, 0, 1, 1), True)
    assert Undo(4, 3, 1, 1).total == 9
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
