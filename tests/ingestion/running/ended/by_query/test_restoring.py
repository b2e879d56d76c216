"""What comes again of deleted records, when another one takes a key, or a task dies, at the very
moment between two requests."""

from datetime import UTC, datetime
from functools import partial

import pytest

from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import Deletion
from messages_app.store.expiring import retention
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, line, lines, records, run
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


def test_a_key_that_is_taken_at_that_moment_stays_so(actor, editor):
    run(HEADER + lines(3))
    deletion = asked(f"date={DATE}")
    other = records()[1]
    delete(deletion, actor)
    other.origin = None
    other.values["location"] = "elsewhere"
    life.restore(deletion, actor, Tasks())
    deletion.refresh_from_db()
    go_on(deletion, Table(insert_many=first(partial(editor.insert, other))))
    assert (deletion.state, deletion.restored, deletion.taken) == ("restored", 2, 1)
    assert [one.values["location"] for one in records()][1] == "elsewhere"
    assert registered() == 3
    assert deletion.ended_at is not None


def test_what_has_expired_since_does_not_come_again(actor):
    run(HEADER + line(1, -86_400) + line(2) + line(3, 86_400))
    deletion = asked("")
    delete(deletion, actor)
    days = (datetime.now(UTC).date() - datetime.fromisoformat(DATE).date()).days
    retention.known.hold({"messages": days})
    restore(deletion, actor)
    assert (deletion.restored, deletion.taken, averages()) == (2, 1, [2])


def test_a_record_that_was_left_is_not_restored_though_it_is_as_it_was(actor, editor):
    run(HEADER + lines(3))
    deletion = asked(f"date={DATE}")
    life.confirm(deletion, 3, actor, Tasks())
    deletion.refresh_from_db()
    [left, *_] = records()
    was = {"location": left.values["location"]}
    go_on(deletion, Table(take_back=first(partial(editor.update, left, {"location": "elsewhere"}))))
    [left] = records()
    editor.update(left, was)
    restore(deletion, actor)
    assert (deletion.deleted, deletion.restored, deletion.taken) == (2, 2, 0)
    assert registered() == 3


def test_a_task_leaves_a_step_to_the_one_that_began_it_meanwhile(actor):
    """By now it would find no free keys, and count none."""
    run(HEADER + lines(3))
    before = contents()
    deletion = asked(f"date={DATE}")
    delete(deletion, actor)
    life.restore(deletion, actor, Tasks())
    deletion.refresh_from_db()
    other = Deletion.objects.get()
    meanwhile = first(lambda: go_on(other, Table(insert_many=then(die))))
    go_on(deletion, Table(stored_under=meanwhile))
    assert (deletion.restored, contents()) == (0, before)
    go_on(deletion, Table())
    assert (deletion.state, deletion.restored, registered()) == ("restored", 3, 3)
