"""What comes between finding the records of a chunk and taking them back: other imports, people,
and another task."""

import pytest

from common.aws import s3
from common.aws.clients import s3_client
from common.deadline import Deadline
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import Chunk, State
from ingestion.running.ended.undo import beginning, left
from ingestion.running.ended.undo.chunk import undo
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.store.conditional.taking_back import TakenBack
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    line,
    lines,
    records,
    run,
    take_back,
    undo_counts,
)
from tests.ingestion.running.ended.stand_ins import Table, TimedTasks, first

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def replacing(value):
    """An import of the same keys as the others."""
    text = HEADER + line(value, second=0) + line(value + 1, second=1)
    return run(text, key=f"{value}.csv", on_conflict="replace")


def begun(import_):
    """Its only chunk, as its task finds it."""
    beginning.begin(import_, Tasks())
    import_.refresh_from_db()
    return import_.chunks.get()


def in_turn(*imports):
    """A method at whose calls the taking back of one after the other begins."""
    waiting = list(imports)

    def method(real, *arguments):
        if waiting:
            waiting.pop(0).chunks.update(is_undo_begun=True)
        return real(*arguments)

    return method


def test_what_was_put_back_goes_too_where_its_import_is_taken_back_at_that_moment():
    _, second, third, import_ = (replacing(value) for value in (10, 20, 30, 40))
    table = Table(take_back=in_turn(third, second))
    undo(import_, begun(import_), table, Tasks(), Deadline(60))
    assert averages() == [10, 11]
    assert undo_counts(import_) == {"restored": 2}


def test_where_that_fails_the_chunk_is_not_done_with():
    _, other, import_ = (replacing(value) for value in (10, 20, 30))
    chunk, tasks = begun(import_), TimedTasks()
    answers: list[TakenBack] = []

    def second_fails(real, reversals, deadline):
        answers.append(TakenBack([None] * 2) if answers else real(reversals, deadline))
        other.chunks.update(is_undo_begun=True)
        return answers[-1]

    undo(import_, chunk, Table(take_back=second_fails), tasks, Deadline(60))
    assert (len(answers), tasks.waiting) == (2, [(1, 0)])
    assert not Chunk.objects.get(pk=chunk.pk).is_undone


class Died(Exception):
    """The process of a task ended."""


def putting_back_ends_it(real, *arguments):
    real(*arguments)
    raise Died


@pytest.mark.parametrize("order", ["others_end_first", "others_end_later"])
def test_what_a_task_put_back_that_died_then_goes_where_its_import_was_taken_back(order):
    run(HEADER + line(10, second=0) + line(11, second=1), key="10.csv")
    second, third, import_ = (replacing(of) for of in (20, 30, 40))
    chunk = begun(import_)
    with pytest.raises(Died):
        undo(import_, chunk, Table(take_back=putting_back_ends_it), Tasks(), Deadline(60))
    assert averages() == [30, 31]
    if order == "others_end_first":  # they looked while the import's own records were there
        third.chunks.update(is_undo_begun=True, is_undone=True)
        second.chunks.update(is_undo_begun=True, is_undone=True)
    undo(import_, Chunk.objects.get(pk=chunk.pk), Table(), Tasks(), Deadline(60))
    if order == "others_end_later":
        assert averages() == [30, 31]
        assert take_back(third) == take_back(second) == {"restored": 2}
    assert averages() == [10, 11]
    assert (undo_counts(import_), Day.objects.get().count) == ({"restored": 2}, 2)


def test_what_a_task_put_back_that_died_stays_where_nothing_can_come_in_its_place():
    _, other, import_ = (replacing(of) for of in (10, 20, 30))
    chunk = begun(import_)
    with pytest.raises(Died):
        undo(import_, chunk, Table(take_back=putting_back_ends_it), Tasks(), Deadline(60))
    for key in s3.keys(other.bucket, aside_prefix(str(other.pk))):  # they expire
        s3_client().delete_object(Bucket=other.bucket, Key=key)
    other.chunks.update(is_undo_begun=True, is_undone=True)
    undo(import_, Chunk.objects.get(pk=chunk.pk), Table(), Tasks(), Deadline(60))
    assert (averages(), undo_counts(import_)) == ([20, 21], {"restored": 2})


def test_a_record_that_is_edited_before_it_is_taken_back_stays_and_is_counted_once():
    import_ = run(HEADER + lines(3))

    def edit():
        BUILTIN.repository.update(records()[1], {"location": "elsewhere"})

    undo(import_, begun(import_), Table(take_back=first(edit)), Tasks(), Deadline(60))
    assert undo_counts(import_) == {"reversed": 2, "edited": 1}
    assert (averages(), import_.state, Day.objects.get().count) == ([1], State.UNDONE, 1)


def test_an_equal_record_that_was_edited_stays_and_is_not_counted():
    run(HEADER + lines(1))
    import_ = run(HEADER + lines(2), key="again.csv", on_conflict="replace")
    BUILTIN.repository.update(records()[0], {"location": "elsewhere"})
    assert take_back(import_) == {"reversed": 1}
    assert (averages(), import_.state) == ([0], State.UNDONE)
    assert list(left.stored(import_)) == []


def test_two_tasks_that_look_for_the_first_time_go_by_one_finding():
    import_ = run(HEADER + lines(3))
    late = begun(import_)

    def some(real, reversals, deadline):
        done = real(reversals[:1], deadline)
        return TakenBack([*done.is_done, None, None])

    tasks = Tasks()
    undo(import_, Chunk.objects.get(), Table(take_back=some), tasks, Deadline(60))
    assert averages() == [1, 2]
    undo(import_, late, Table(), tasks, Deadline(60))
    assert undo_counts(import_) == {"reversed": 3}
    assert (averages(), Day.objects.get().count) == ([], 0)
