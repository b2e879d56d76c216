"""How an import's taking back begins, or why not, and goes on: as SQL and the bucket know it."""

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from common.aws.clients import s3_client
from common.tracing import request_id
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import RUNNING, Chunk, Import, State
from ingestion.running.ended.undo import beginning
from ingestion.running.ended.verifying import account as verifying
from ingestion.running.ended.verifying.account import NotVerifiable
from tests.ingestion.helpers import HEADER, UNDO, Tasks, lines, put, run
from tests.ingestion.running.ended.undo.test_account import OTHERS, chunk_of, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def import_():
    return made()


def mended(parent):
    """An import of mended rows, for which no file is asked."""
    return Import.objects.create(
        bucket="b", key="file.csv", identity="mended-1", state=State.DONE, parent=parent
    )


def test_without_chunks_there_is_nothing_to_do(import_):
    tasks = Tasks()
    beginning.send_chunks(import_, tasks)
    assert (Import.objects.get().state, tasks.waiting) == ("undone", [])


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


@pytest.mark.parametrize("act", [beginning.begin, beginning.resume])
@pytest.mark.parametrize(("id_", "expected"), [("asked", "asked"), ("", "first")])
def test_its_tasks_have_the_id_of_the_request_or_of_the_import(act, id_, expected):
    class Noting(Tasks):
        def undo(self, import_id, chunk_number, delay_seconds=0):
            self.waiting.append(request_id.current())

    tasks = Noting()
    state = State.DONE if act is beginning.begin else State.UNDOING
    import_ = made(state, request_id="first")
    with request_id.bound(id_):
        act(import_, tasks)
    if act is beginning.begin:
        assert Import.objects.get().request_id == expected
    else:
        assert tasks.waiting == [expected]


@pytest.mark.parametrize(
    ("states", "code"),
    [([State.UNDONE], "import_undone"), ([State.UNDOING, State.DONE], "import_running")],
)
def test_somebody_who_is_quicker_has_it_refused(states, code):
    import_, waiting = mended(made(State.DONE)), list(states)
    chunk_of(import_, written=1, is_done=True)

    def quicker(execute, sql, *arguments):
        if not sql.startswith("UPDATE") or not waiting:
            return execute(sql, *arguments)
        first, *then = waiting
        waiting.clear()
        Import.objects.filter(pk=import_.pk).update(state=first)
        result = execute(sql, *arguments)
        for state in then:
            Import.objects.filter(pk=import_.pk).update(state=state)
        return result

    tasks = Tasks()
    with connection.execute_wrapper(quicker), pytest.raises(beginning.CannotUndo) as refused:
        beginning.take_back(import_, tasks)
    assert (refused.value.code, tasks.waiting) == (code, [])


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
    import_ = mended(parent)
    chunk_of(import_, written=1, is_done=True)
    refusal = beginning.refusal(import_)
    assert (refusal.code if refusal else None) == (None if has_parent else "object_gone")


def test_copies_are_looked_for_once_they_may_have_expired(settings):
    import_ = made(State.DONE)
    chunk_of(import_, replaced=2, is_done=True)
    chunk_of(import_, 2, replaced=4, is_done=True, keeps_copies=True)
    assert beginning.without_copy(import_) == 2
    import_.chunks.filter(number=1).delete()
    assert beginning.without_copy(import_) == 0


@pytest.mark.parametrize("state", list(State))
def test_one_that_has_not_ended_or_stored_nothing_is_refused_without_its_file(state):
    import_ = made(state)
    is_open = state in (*RUNNING, State.UNDOING, State.WAITING)
    other = "import_undone" if state == State.UNDONE else "no_records"
    with pytest.raises(beginning.CannotUndo) as refused:
        beginning.take_back(import_, Tasks())
    assert refused.value.code == ("import_running" if is_open else other)
    assert Import.objects.get().state == state
    assert str(refused.value) == refused.value.detail


@pytest.mark.usefixtures("aws")
def test_copies_are_looked_for_on_many_pages(settings, monkeypatch):
    monkeypatch.setattr(beginning, "_KEYS", 3)
    import_ = made(State.DONE)
    for number, line in enumerate((2, 30, 400, 5000), 1):
        chunk = chunk_of(import_, number, replaced=1, is_done=True, keeps_copies=line != 400)
        Chunk.objects.filter(pk=chunk.pk).update(first_line=line)
    prefix = aside_prefix(str(import_.pk))
    keys = [f"{prefix}{2:015}-{number:05}" for number in range(7)]
    for key in [*keys, f"{prefix}{5000:015}-0"]:
        put("", key)
    pages, events = [], s3_client().meta.events
    event = "before-call.s3.ListObjectsV2"
    events.register(event, lambda **_: pages.append(1), unique_id="pages")
    Import.objects.update(bucket=settings.DATA_BUCKET)
    for days, lost in ((1, 0), (-1, 1)):
        ago = timedelta(days=settings.KEEP_ASIDE_DAYS - days)
        Import.objects.update(created_at=timezone.now() - ago)
        assert beginning.without_copy(Import.objects.get()) == 1 + lost
    events.unregister(event, unique_id="pages")
    assert len(pages) == 3


@pytest.mark.usefixtures("aws")
def test_without_the_unpacked_text_it_is_neither_taken_back_nor_verified(settings):
    settings.CHUNK_BYTES = 200
    import_ = run(gzip.compress((HEADER + lines(12)).encode()), key="file.csv.gz")
    first, *_, last = import_.chunks.exclude(staged_key="").order_by("number")
    assert beginning.refusal(import_) is None
    for chunk in (last, first):
        s3_client().delete_object(Bucket=import_.bucket, Key=chunk.staged_key)
        assert beginning.refusal(import_).code == "text_expired"
    with pytest.raises(NotVerifiable) as refused:
        verifying.begin(import_, None, None)
    assert refused.value.code == "staged_gone"
    assert str(refused.value) == refused.value.detail


@pytest.mark.usefixtures("aws")
def test_an_object_that_was_overwritten_is_gone():
    import_ = run(HEADER + lines(2))
    import_.etag = "another"
    assert beginning.refusal(import_).code == "object_gone"
