"""What a query matches is counted, deleted when the count is confirmed, and can be restored."""

import random

import pytest
from django.http import QueryDict

from audit.models import AuditEntry
from common.deadline import Deadline
from ingestion.running.ended.by_query import life, work
from ingestion.running.ended.by_query.models import Deletion, DeletionState
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.batch_requests import out_of_time
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, line, lines, records, run
from tests.ingestion.running.ended.by_query.deleting import (
    asked,
    contents,
    delete,
    registered,
    restore,
)
from tests.support.shaky import ShakyTasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws", "small_steps")]


def test_what_matches_is_counted_and_nothing_is_deleted_before_it_is_confirmed(actor):
    run(HEADER + lines(20))
    deletion = asked(f"date={DATE}&local_avg_min=5")
    assert (deletion.state, deletion.matched, deletion.deleted) == (DeletionState.COUNTED, 15, 0)
    assert len(averages()) == 20
    with pytest.raises(life.WrongCount):
        life.confirm(deletion, 14, actor, Tasks())
    assert averages() == list(range(20))


def test_what_was_confirmed_is_deleted_and_written_down_once(actor):
    run(HEADER + lines(20))
    deletion = asked(f"date={DATE}&local_avg_min=5")
    delete(deletion, actor)
    assert (deletion.state, deletion.deleted) == (DeletionState.DELETED, 15)
    assert averages() == list(range(5))
    assert registered() == 5
    entry = AuditEntry.objects.get(action="deleted by query")
    assert (entry.kind, entry.detail["count"]) == ("message", 15)
    with pytest.raises(life.NotNow):
        life.confirm(deletion, 15, actor, Tasks())


def test_no_more_is_deleted_than_was_confirmed(actor):
    run(HEADER + lines(6))
    deletion = asked(f"date={DATE}")
    run(HEADER + lines(20), key="later.csv")
    delete(deletion, actor)
    assert deletion.deleted == 6
    assert len(averages()) == registered() == 14


def test_the_deleted_records_come_again_as_they_were(actor):
    run(HEADER + lines(9))
    before = contents()
    deletion = asked(f"date={DATE}")
    delete(deletion, actor)
    restore(deletion, actor)
    assert (deletion.state, deletion.restored, deletion.taken) == (DeletionState.RESTORED, 9, 0)
    assert contents() == before
    assert registered() == 9
    with pytest.raises(life.NotNow):
        life.restore(deletion, actor, Tasks())


class DyingAfterInserts:
    """The table of a task that dies when its records are there and not counted yet."""

    def __init__(self, repository):
        self._repository = repository

    def __getattr__(self, name):
        return getattr(self._repository, name)

    def insert_many(self, *arguments):
        self._repository.insert_many(*arguments)
        raise SystemExit


def test_records_beside_others_are_counted_by_the_step_that_is_repeated(actor):
    beside = "".join(line(number, location="elsewhere") for number in range(3))
    run(HEADER + lines(3) + beside)
    deletion = asked(f"date={DATE}")
    delete(deletion, actor)
    tasks = Tasks()
    life.restore(deletion, actor, tasks)
    deletion.refresh_from_db()
    with pytest.raises(SystemExit):
        work.work(deletion, tasks, Deadline(60), DyingAfterInserts(BUILTIN.repository))
    tasks.run()
    deletion.refresh_from_db()
    assert (deletion.restored, deletion.taken, registered()) == (6, 0, 6)


def test_a_key_that_is_taken_meanwhile_stays_so(actor):
    run(HEADER + lines(3))
    deletion = asked(f"date={DATE}")
    made = records()[1]
    delete(deletion, actor)
    made.origin = None
    made.values["location"] = "elsewhere"
    Editor(BUILTIN.repository, actor).insert(made)
    restore(deletion, actor)
    assert (deletion.restored, deletion.taken) == (2, 1)
    assert [one.values["location"] for one in records()][1] == "elsewhere"
    assert registered() == 3


def test_a_selection_of_keys_is_deleted(actor):
    run(HEADER + lines(6))
    keys = [one.key for one in records()[1:4]]
    deletion = asked(keys=[*keys, (DATE, "23:59:59")])
    assert deletion.matched == 3
    delete(deletion, actor)
    assert averages() == [0, 4, 5]


def test_nothing_matches(actor):
    deletion = asked("location=nowhere")
    assert (deletion.state, deletion.matched) == (DeletionState.COUNTED, 0)
    delete(deletion, actor)
    assert (deletion.state, deletion.deleted) == (DeletionState.DELETED, 0)


def test_one_that_is_stopped_goes_on_or_is_restored(actor, settings):
    settings.TASK_SECONDS = 2
    run(HEADER + lines(12))
    before = contents()
    deletion = asked(f"date={DATE}")
    tasks = Tasks()
    life.confirm(deletion, 12, actor, tasks)
    tasks.run_one(seconds=0.001)
    deletion.refresh_from_db()
    if deletion.state == DeletionState.DELETING:
        assert life.cancel(deletion)
        tasks.run()
        deletion.refresh_from_db()
    assert deletion.deleted < 12
    assert len(averages()) == registered() == 12 - deletion.deleted
    delete(deletion, actor)
    assert (deletion.state, deletion.deleted, registered()) == (DeletionState.DELETED, 12, 0)
    restore(deletion, actor)
    assert contents() == before


@pytest.mark.parametrize("seed", range(8))
def test_tasks_that_die_or_are_throttled_at_any_request_count_once(actor, seed):
    run(HEADER + lines(14))
    before = contents()
    tasks = ShakyTasks(random.Random(seed), 0.15)
    deletion = asked(f"date={DATE}&local_avg_max=9", tasks=tasks)
    assert deletion.matched == 10
    delete(deletion, actor, tasks)
    assert (deletion.state, deletion.deleted, deletion.changed) == ("deleted", 10, 0)
    assert averages() == [10, 11, 12, 13]
    assert registered() == 4
    restore(deletion, actor, tasks)
    assert (deletion.state, deletion.restored, deletion.taken) == ("restored", 10, 0)
    assert contents() == before
    assert registered() == 14


def test_work_that_nobody_goes_on_with_is_sent_again(settings):
    deletion = life.ask(BUILTIN, QueryDict(f"date={DATE}"), None, None, Tasks())
    tasks = Tasks()
    work.resume_stalled(tasks)
    assert tasks.waiting == []
    Deletion.objects.update(progress_at="2020-01-01T00:00Z")
    work.resume_stalled(tasks)
    assert tasks.waiting == [(str(deletion.pk),)]


class Slow:
    """The table, which first takes as long as a task has."""

    def __init__(self, repository):
        self._repository = repository
        self._was_slow = False

    def __getattr__(self, name):
        return getattr(self._repository, name)

    def insert_many(self, *arguments):
        if not self._was_slow:
            self._was_slow = True
            raise out_of_time("insert records")
        return self._repository.insert_many(*arguments)


class SlowTasks(Tasks):
    def __init__(self):
        super().__init__()
        self._slow = Slow(BUILTIN.repository)

    def repository(self, *_):
        return self._slow


def test_a_task_whose_time_is_too_short_for_a_step_leaves_it_to_the_next_one(actor):
    run(HEADER + lines(5))
    before = contents()
    deletion, tasks = asked(f"date={DATE}"), SlowTasks()
    delete(deletion, actor)
    life.restore(deletion, actor, tasks)
    tasks.run_one()
    assert tasks.waiting == [(str(deletion.pk),)]
    tasks.run()
    assert contents() == before
