"""What comes between finding the records of a chunk and taking them back: other imports, people,
and tasks that are late."""

from types import SimpleNamespace

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, Import, State
from ingestion.running.ended.undo import beginning, left
from ingestion.running.ended.undo.chunk import _Work, undo
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.ended.undo.former import LOST, NOTHING
from messages_app.models import Day
from messages_app.store.conditional.taking_back import TakenBack
from messages_app.store.repository import message_repository
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
from tests.ingestion.running.ended.stand_ins import Table, TimedTasks, first, then
from tests.ingestion.running.ended.undo.test_account import chunk_of, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def replacing(of):
    """An import of the same keys as the others."""
    text = HEADER + line(of, second=0) + line(of + 1, second=1)
    return run(text, key=f"{of}.csv", on_conflict="replace")


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


@pytest.mark.parametrize(("count", "there"), [(0, [30, 31]), (1, [20, 21]), (2, [10, 11])])
def test_what_was_put_back_goes_too_where_its_import_is_taken_back_at_that_moment(count, there):
    imports = [replacing(of) for of in (10, 20, 30, 40)]
    others = imports[2:0:-1][:count]
    chunk = begun(imports[3])
    undo(imports[3], chunk, Table(take_back=in_turn(*others)), Tasks(), Deadline(60))
    assert averages() == there
    assert undo_counts(imports[3]) == {"restored": 2}


@pytest.mark.parametrize("error", [None, ServiceError("It is away.", "Away", permanent=False)])
def test_where_that_fails_the_chunk_is_not_done_with(error):
    _, other, import_ = (replacing(of) for of in (10, 20, 30))
    chunk, tasks = begun(import_), TimedTasks()
    answers: list[TakenBack] = []

    def second_fails(real, reversals, deadline):
        answers.append(TakenBack([None] * 2, error) if answers else real(reversals, deadline))
        other.chunks.update(is_undo_begun=True)
        return answers[-1]

    undo(import_, chunk, Table(take_back=second_fails), tasks, Deadline(60))
    assert (len(answers), tasks.waiting) == (2, [(1, 0)])
    assert not Chunk.objects.get(pk=chunk.pk).is_undone


def test_a_record_that_is_edited_before_it_is_taken_back_stays_and_is_counted_once():
    import_ = run(HEADER + lines(3))

    def edit():
        message_repository().update(records()[1], {"location": "elsewhere"})

    undo(import_, begun(import_), Table(take_back=first(edit)), Tasks(), Deadline(60))
    assert undo_counts(import_) == {"reversed": 2, "edited": 1}
    assert (averages(), import_.state, Day.objects.get().count) == ([1], State.UNDONE, 1)


def test_an_equal_record_that_was_edited_stays_and_is_not_counted():
    run(HEADER + lines(1))
    import_ = run(HEADER + lines(2), key="again.csv", on_conflict="replace")
    message_repository().update(records()[0], {"location": "elsewhere"})
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


def test_what_is_found_later_is_remembered_too():
    """A row that another process still wrote, of a chunk that is looked at again."""
    import_ = run(HEADER + lines(2))
    [_, other] = records()
    message_repository().delete(other)
    chunk = begun(import_)

    def changes(real, reversals, deadline):
        message_repository().insert(other)
        return TakenBack([False])

    table = Table(take_back=changes)
    with pytest.raises(ServiceError):
        _Work(import_, chunk, table, Deadline(60)).run()
    found = Chunk.objects.get().undo_found["lines"]
    assert found == [["deleted", "written", [[2, 3]]]]


def test_records_are_looked_for_once_where_none_changes():
    import_, asked = run(HEADER + lines(3)), []
    table = Table(stored_under=then(lambda: asked.append(1)))
    undo(import_, begun(import_), table, Tasks(), Deadline(60))
    assert (len(asked), undo_counts(import_)) == (1, {"reversed": 3})


@pytest.mark.parametrize("state", [State.CANCELLED, State.DONE, State.UNDONE])
def test_a_late_task_takes_nothing_back(state):
    import_ = run(HEADER + lines(3))
    chunk = begun(import_)
    Import.objects.update(state=state)
    import_.refresh_from_db()
    undo(import_, chunk, Table(), Tasks(), Deadline(60))
    assert averages() == [0, 1, 2]
    assert undo_counts(import_) == {}
    assert Chunk.objects.get().undo_found is None


def test_a_task_whose_chunk_is_done_with_ends_what_another_could_not():
    """Its process died between the last chunk and the end."""
    import_ = made(undo_reversed=2, written=2)
    chunk = chunk_of(import_, written=2, undo_reversed=2, is_done=True, is_undone=True)
    undo(import_, chunk, Table(), Tasks(), Deadline(60))
    assert Import.objects.get().state == State.UNDONE


@pytest.mark.parametrize(
    ("choice", "staying"),
    [("", {2, 3}), (WithoutCopy.LEAVE, {2, 3}), (WithoutCopy.DELETE, {3})],
)
def test_without_a_copy_a_record_that_only_took_over_an_equal_one_stays_in_any_case(
    choice, staying
):
    work = _Work(Import(undo_without_copy=choice), Chunk(), message_repository(), Deadline(60))
    own, formers = {}, {}
    for number, outcome, former in (
        (2, "replaced", LOST),
        (3, "unchanged", LOST),
        (4, "replaced", NOTHING),
        (5, "unchanged", NOTHING),
    ):
        key = ("2019-05-28", f"10:00:0{number}")
        own[number] = SimpleNamespace(record=SimpleNamespace(key=key), outcome=outcome)
        formers[key] = former
    assert set(work._without_copy(own, formers)) == staying
