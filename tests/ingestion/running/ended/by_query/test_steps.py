"""The steps of a deletion when a record changes, it is stopped, or the table fails, at the very
moment between two of their requests."""

from functools import partial

import pytest

from common.errors import ServiceError
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import Deletion
from messages_app.kinds.record_kind import BUILTIN
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, lines, lose, records, run
from tests.ingestion.running.ended.by_query.deleting import (
    asked,
    contents,
    delete,
    die,
    go_on,
    registered,
    restore,
)
from tests.ingestion.running.ended.stand_ins import Table, first, then

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws", "small_steps")]


def confirmed(query, actor):
    deletion = asked(query)
    life.confirm(deletion, deletion.matched, actor, Tasks())
    deletion.refresh_from_db()
    return deletion


def test_one_that_is_stopped_while_it_counts_stays_so():
    run(HEADER + lines(3))
    asked_for = Deletion.objects.create(kind="messages", query=f"date={DATE}")
    go_on(asked_for, Table(page=then(partial(life.cancel, asked_for))))
    assert (asked_for.state, asked_for.matched, asked_for.steps) == ("cancelled", 0, 0)


class TestDeleting:
    def test_a_record_that_changes_at_that_moment_stays(self, actor, editor):
        """Though fewer are found than were counted, there is no second round."""
        run(HEADER + lines(4))
        deletion = confirmed(f"date={DATE}", actor)
        lose(records()[:1])
        changed = records()[1]
        change = partial(editor.update, changed, {"location": "elsewhere"})
        go_on(deletion, Table(take_back=first(change)))
        assert (deletion.state, deletion.deleted, deletion.changed) == ("deleted", 2, 1)
        assert averages() == [2]
        assert (deletion.pending, deletion.cursor) == (None, "")
        assert deletion.ended_at is not None

    def test_what_changed_counts_as_confirmed(self, actor, editor):
        run(HEADER + lines(5))
        deletion = confirmed(f"date={DATE}", actor)
        run(HEADER + lines(8), key="later.csv")
        change = partial(editor.update, records()[0], {"location": "elsewhere"})
        go_on(deletion, Table(take_back=first(change)))
        assert (deletion.deleted, deletion.changed, averages()) == (4, 1, [0, 5, 6, 7])

    def test_a_task_leaves_a_step_to_the_one_that_kept_it_meanwhile(self, actor):
        run(HEADER + lines(4))
        deletion = confirmed(f"date={DATE}", actor)
        other = Deletion.objects.get()
        meanwhile = first(lambda: go_on(other, Table(take_back=first(die))))
        go_on(deletion, Table(page=meanwhile))
        assert (deletion.deleted, len(averages())) == (0, 4)
        go_on(deletion, Table())
        assert (deletion.deleted, averages()) == (4, [])

    def test_what_somebody_else_deletes_at_that_moment_is_not_counted_twice(self, actor, editor):
        run(HEADER + lines(4))
        deletion = confirmed(f"date={DATE}", actor)
        go_on(deletion, Table(take_back=first(partial(editor.delete, records()[1]))))
        assert (deletion.deleted, deletion.changed, registered()) == (3, 1, 0)

    def test_what_was_deleted_when_it_was_stopped_is_counted(self, actor):
        run(HEADER + lines(9))
        deletion = confirmed(f"date={DATE}", actor)
        go_on(deletion, Table(take_back=then(partial(life.cancel, deletion))))
        assert (deletion.state, deletion.deleted, registered()) == ("cancelled", 4, 5)

    def test_a_step_whose_task_died_before_it_was_stopped_is_restored_too(self, actor):
        run(HEADER + lines(9))
        before = contents()
        deletion = confirmed(f"date={DATE}", actor)
        go_on(deletion, Table(take_back=then(die)))
        assert (deletion.deleted, registered(), len(averages())) == (0, 9, 5)
        assert life.cancel(deletion)
        deletion.refresh_from_db()
        delete(deletion, actor)
        assert (deletion.deleted, registered()) == (9, 0)
        restore(deletion, actor)
        assert (deletion.restored, deletion.taken, contents()) == (9, 0, before)

    def test_one_that_is_stopped_in_its_last_step_is_restored_whole(self, actor):
        run(HEADER + lines(7))
        deletion = confirmed(f"date={DATE}", actor)
        lose(records()[-1:])
        before = contents()
        calls = []

        def dies_in_the_second(real, *arguments):
            calls.append(real(*arguments))
            if len(calls) == 2:
                die()
            return calls[-1]

        go_on(deletion, Table(take_back=dies_in_the_second))
        assert (deletion.deleted, averages()) == (4, [])
        assert life.cancel(deletion)
        deletion.refresh_from_db()
        restore(deletion, actor)
        assert (deletion.state, deletion.deleted, deletion.restored) == ("restored", 6, 6)
        assert (contents(), deletion.taken) == (before, 0)

    def test_what_the_table_did_not_do_is_not_counted(self, actor):
        run(HEADER + lines(4))
        deletion = confirmed(f"date={DATE}", actor)
        tasks = Tasks()

        def not_known(real, *arguments):
            done = real(*arguments)
            done.is_done[2] = None
            return done

        def failing(real, *arguments):
            done = real(*arguments)
            done.error = ServiceError("broken", "Broken", permanent=True)
            return done

        go_on(deletion, Table(take_back=not_known), tasks)
        assert len(tasks.waiting) == 1
        with pytest.raises(ServiceError, match="broken"):
            go_on(deletion, Table(take_back=failing), tasks)
        assert (deletion.deleted, registered(), len(tasks.waiting)) == (0, 4, 1)
        go_on(deletion, Table(), tasks)
        assert (deletion.state, deletion.deleted, registered()) == ("deleted", 4, 0)

    def test_keys_without_records_do_not_end_it(self, actor):
        run(HEADER + lines(6))
        keys = [(DATE, f"23:59:{second:02}") for second in range(8)]
        keys = [*keys, *(one.key for one in records()[:5])]
        deletion = asked(keys=keys)
        assert deletion.matched == 5
        delete(deletion, actor)
        assert (deletion.deleted, averages()) == (5, [5])

    @pytest.mark.parametrize("number", [5, 1])
    def test_a_record_that_came_since_under_one_of_the_keys_is_not_deleted_too(self, actor, number):
        """Though each key was named: another number was confirmed."""
        run(HEADER + lines(6))
        late = records()[number]
        keys = [one.key for one in records()]
        lose([late])
        deletion = asked(keys=keys)
        assert deletion.matched == 5
        BUILTIN.repository.insert(late)
        delete(deletion, actor)
        assert (deletion.deleted, len(averages())) == (5, 1)
