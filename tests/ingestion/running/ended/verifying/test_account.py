"""Verifications as SQL knows them, and how their task goes on: no file and no record is needed."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Import, State
from ingestion.running.ended.verifying import account, work
from ingestion.running.ended.verifying.chunk import LINES_KEPT, Found
from ingestion.running.ended.verifying.models import Verification
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import HEADER, lines, run
from tests.ingestion.running.ended.stand_ins import TimedTasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def import_():
    return Import.objects.create(
        bucket="b", key="file.csv", identity="1", state=State.DONE, chunks_done=1
    )


@pytest.fixture
def verification(import_):
    return Verification.objects.create(import_record=import_)


def chunk_of(import_, number, *, is_done=True):
    return import_.chunks.create(
        number=number, start=0, end=9, first_line=2, lines=9, is_done=is_done
    )


def test_what_ended_with_rows_that_can_be_read_again_is_verified(import_):
    for import_.state in State:
        has_ended = import_.state in (State.DONE, State.FAILED, State.CANCELLED)
        assert account.is_verifiable(import_) is has_ended
    import_.state = State.DONE
    for name, value in (
        ("dry_run", True),
        ("identity", "mended-1"),
        ("chunks_done", 0),
        ("error_code", "too_many_rejects"),
        ("error_code", "too_large"),
    ):
        was = getattr(import_, name)
        setattr(import_, name, value)
        assert not account.is_verifiable(import_)
        setattr(import_, name, was)
    assert account.is_verifiable(import_)


def test_a_new_one_has_looked_at_nothing(verification):
    now = Verification.objects.get()
    numbers = (now.behind, now.resumes, now.chunks_total, now.chunks_done)
    assert (now.state, numbers, now.counts, now.lines) == ("running", (0,) * 4, {}, [])


def test_chunks_that_are_done_are_verified_in_their_order(import_, verification):
    for number in (3, 1, 2, 4):
        chunk_of(import_, number, is_done=number != 2)
    behind = []
    while chunk := account.next_chunk(verification):
        behind.append(chunk.number)
        assert account.chunk_done(verification, chunk, Found())
    assert behind == [1, 3, 4]


def test_a_chunk_is_counted_once_with_the_first_lines(import_, verification):
    Verification.objects.update(resumes=3)
    other = Verification.objects.get()
    first, second = chunk_of(import_, 1), chunk_of(import_, 2)
    some = [{"line": line} for line in range(150)]
    assert account.chunk_done(verification, first, Found(Counter(read=3, gone=1), some))
    assert not account.chunk_done(other, first, Found(Counter(read=3, gone=1), some))
    now = Verification.objects.get()
    assert (now.counts, now.behind, now.chunks_done) == ({"read": 3, "gone": 1}, 1, 1)
    assert (now.resumes, len(now.lines), LINES_KEPT) == (0, 150, 200)
    assert account.chunk_done(verification, second, Found(Counter(read=4, edited=2), some))
    now = Verification.objects.get()
    assert now.counts == {"read": 7, "gone": 1, "edited": 2}
    assert now.lines == [*some, *some[:50]]
    assert account.next_chunk(verification) is None
    Verification.objects.update(state="cancelled", behind=0)
    verification.behind = 0
    assert not account.chunk_done(verification, first, Found(Counter(read=9)))


@pytest.mark.parametrize("way", ["end", "fail", "cancel"])
def test_one_that_runs_ends_once(import_, verification, way):
    states = {"end": "done", "fail": "failed", "cancel": "cancelled"}
    for is_first in (True, False):
        if way == "end":
            account.end(verification)
        elif way == "fail":
            account.fail_running(import_, "a", "It cannot.")
        else:
            assert account.cancel(import_) is is_first
        now = Verification.objects.get()
        assert (now.state, now.finished_at is not None) == (states[way], True)
        assert (now.error_code, now.error_detail) == (
            ("a", "It cannot.") if way == "fail" else ("", "")
        )
    account.end(verification)
    account.fail(verification, "late", "Too late.")
    assert Verification.objects.get().state == states[way]
    assert account.running(import_) is None
    assert account.latest(import_) == verification


def test_one_that_stands_still_is_sent_again_and_given_up_at_last(settings, verification):
    settings.STALL_SECONDS = 100
    tasks = TimedTasks()
    for resumes, ago, sent, state in (
        (0, 90, 0, "running"),
        (0, 110, 1, "running"),
        (4, 110, 1, "running"),
        (5, 110, 0, "failed"),
    ):
        at = timezone.now() - timedelta(seconds=ago)
        Verification.objects.update(progress_at=at, resumes=resumes)
        tasks.waiting.clear()
        account.resume_stalled(tasks)
        account.resume_stalled(tasks)
        now = Verification.objects.get()
        assert tasks.waiting == [(str(verification.import_record_id), 0)] * sent
        assert (now.state, now.resumes) == (state, resumes + sent)
    assert Verification.objects.get().error_code == "stalled"


def test_those_that_are_given_up_keep_no_other_from_being_sent_again():
    long_ago = timezone.now() - timedelta(days=9)
    for number, resumes in enumerate((5, 0, 5)):
        import_ = Import.objects.create(bucket="b", key=f"{number}.csv", identity="1")
        Verification.objects.create(import_record=import_, resumes=resumes)
    Verification.objects.update(progress_at=long_ago)
    tasks = TimedTasks()
    account.resume_stalled(tasks)
    assert tasks.waiting == [(str(Import.objects.get(key="1.csv").pk), 0)]


def test_the_last_ten_of_an_import_are_kept(import_):
    other = Import.objects.create(bucket="b", key="other.csv", identity="1")
    for one in [other] + [import_] * 11:
        Verification.objects.create(import_record=one, state="done")
    last = import_.verifications.order_by("pk").last()
    account.forget_older(import_)
    assert (import_.verifications.count(), other.verifications.count()) == (10, 1)
    assert import_.verifications.first() == last


class Failing:
    """In the place of the table: fails with this code."""

    schema = MESSAGE

    def __init__(self, code):
        self._code = code

    def looking(self, rows, deadline):
        raise ServiceError("It takes nothing.", self._code, permanent=False)


@pytest.mark.usefixtures("aws")
def test_a_table_that_takes_no_more_is_asked_again_later(settings):
    settings.TASK_SECONDS = 100
    import_, tasks = run(HEADER + lines(2)), TimedTasks()
    work.go_on(import_, tasks, Deadline(60))
    assert tasks.waiting == []
    account.begin(import_, None, tasks)
    assert tasks.waiting == [(str(import_.pk), 0)]
    tasks.waiting.clear()
    with pytest.raises(ServiceError):
        work.go_on(import_, tasks, Deadline(60), Failing("InternalError"))
    assert tasks.waiting == []
    work.go_on(import_, tasks, Deadline(60), Failing("ThrottlingException"))
    [(import_id, delay)] = tasks.waiting
    assert import_id == str(import_.pk)
    assert 50 <= delay <= 150
    assert Verification.objects.get().state == "running"


@pytest.mark.usefixtures("aws")
def test_some_have_their_task_already_and_the_eleventh_of_an_import_is_forgotten():
    import_ = run(HEADER + lines(1))
    for _ in range(10):
        Verification.objects.create(import_record=import_, state="done")
    last = account.begin(import_, None, None)
    assert (last.chunks_total, account.running(import_)) == (1, last)
    assert import_.verifications.count() == 10
    assert import_.verifications.first() == last
