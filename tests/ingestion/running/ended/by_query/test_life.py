"""What the state of a deletion allows, who is too late for it, and what is written down of it."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.running.ended.by_query import life, work
from ingestion.running.ended.by_query.models import Deletion, DeletionState
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.validation import Invalid
from tests.ingestion.helpers import DATE, Tasks

COUNTING, COUNTED, DELETING, DELETED, RESTORING, RESTORED, CANCELLED, FAILED = DeletionState
STATES = pytest.mark.parametrize("state", list(DeletionState))
EARLY = (CANCELLED, FAILED)


@STATES
def test_one_that_ended_early_goes_on_while_nothing_of_it_is_restored(state):
    assert Deletion(state=state, matched=3, deleted=1).can_go_on is (state in EARLY)
    assert not Deletion(state=state, matched=3, restored=1).can_go_on
    assert not Deletion(state=state, matched=0).can_go_on


@STATES
def test_one_that_ended_is_restored_while_something_is_not_there_again(state):
    has_ended = state in (DELETED, *EARLY)
    assert Deletion(state=state, deleted=3, restored=1, taken=1).can_be_restored is has_ended
    assert not Deletion(state=state, deleted=3, restored=1, taken=2).can_be_restored
    assert not Deletion(state=state, deleted=3, restored=3).can_be_restored
    assert not Deletion(state=state).can_be_restored


@pytest.mark.parametrize("data", [None, 7, "", ["10:40:00"]])
def test_what_is_no_text_with_a_time_is_no_time_of_a_key(data):
    with pytest.raises(Invalid) as refused:
        life.time_of_key(data)
    assert refused.value.code == "not_a_time"


def made(**values):
    return Deletion.objects.create(kind="messages", query=f"date={DATE}", **values)


def long_ago(**values):
    """One that was made and ended a while ago."""
    deletion = made(ended_at=timezone.now() - timedelta(days=2), error_detail="Why.", **values)
    Deletion.objects.update(progress_at=deletion.ended_at)
    return Deletion.objects.get()


@pytest.mark.django_db
def test_the_work_is_sent_with_what_was_asked_for(actor):
    tasks, keys = Tasks(), [(DATE, "10"), (DATE, "11"), (DATE, "10")]
    deletion = life.ask(BUILTIN, QueryDict("a=1&b=2"), keys, actor.user, tasks)
    assert tasks.waiting == [(str(deletion.pk),)]
    deletion.refresh_from_db()
    assert (deletion.kind, deletion.query, deletion.created_by) == (
        "messages",
        "a=1&b=2",
        actor.user,
    )
    assert deletion.keys == [[DATE, "10"], [DATE, "11"]]
    assert life.ask(BUILTIN, QueryDict(""), [], None, tasks).keys == []
    assert life.ask(BUILTIN, QueryDict(""), None, None, tasks).keys is None


@pytest.mark.django_db
def test_a_new_one_has_counted_nothing_and_keeps_its_copies_for_a_while(settings):
    settings.KEEP_ASIDE_DAYS = 7
    new = Deletion.objects.get(pk=made().pk)
    numbers = (new.matched, new.deleted, new.changed, new.restored, new.taken, new.steps)
    assert (new.state, numbers) == (COUNTING, (0,) * 6)
    assert (new.cursor, new.error_detail, new.pending, new.ended_at) == ("", "", None, None)
    assert new.kept_until - new.created_at == timedelta(days=7)
    assert str(new) == f"messages?date={DATE}"


@STATES
@pytest.mark.django_db
def test_what_is_counted_or_ended_early_is_confirmed_and_nothing_else(state, actor):
    deletion, tasks = long_ago(state=state, matched=3, cursor="c", keys=[[DATE, "10"]]), Tasks()
    if state not in (COUNTED, *EARLY):
        with pytest.raises(life.NotNow):
            life.confirm(deletion, 3, actor, tasks)
        assert (tasks.waiting, AuditEntry.objects.count()) == ([], 0)
        return
    with pytest.raises(life.WrongCount):
        life.confirm(deletion, 2, actor, tasks)
    life.confirm(deletion, 3, actor, tasks)
    entry, now = AuditEntry.objects.get(), Deletion.objects.get()
    assert (now.state, now.error_detail, now.ended_at, now.cursor) == (DELETING, "", None, "c")
    assert now.progress_at > deletion.progress_at
    assert tasks.waiting == [(str(deletion.pk),)]
    assert (entry.action, entry.target) == ("deleted by query", "")
    assert entry.detail == {
        "deletion": str(deletion.pk),
        "query": f"date={DATE}",
        "keys": 1,
        "count": 3,
    }


@pytest.mark.django_db
def test_what_is_being_restored_does_not_go_on_being_deleted(actor):
    with pytest.raises(life.NotNow):
        life.confirm(made(state=CANCELLED, matched=3, restored=1), 3, actor, Tasks())


@STATES
@pytest.mark.django_db
def test_what_was_deleted_is_restored_at_its_end_alone(state, actor):
    deletion, tasks = long_ago(state=state, matched=3, deleted=2, cursor="c"), Tasks()
    if state not in (DELETED, *EARLY):
        with pytest.raises(life.NotNow):
            life.restore(deletion, actor, tasks)
        assert (tasks.waiting, AuditEntry.objects.count()) == ([], 0)
        return
    life.restore(deletion, actor, tasks)
    entry, now = AuditEntry.objects.get(), Deletion.objects.get()
    assert (now.state, now.error_detail, now.ended_at, now.cursor) == (RESTORING, "", None, "")
    assert tasks.waiting == [(str(deletion.pk),)]
    assert (entry.action, entry.kind, entry.target) == ("restored", "message", "")
    assert entry.detail == {"deletion": str(deletion.pk), "count": 2}


@pytest.mark.django_db
def test_restoring_that_was_stopped_goes_on_where_it_was(actor):
    life.restore(made(state=CANCELLED, deleted=2, restored=1, cursor="c"), actor, Tasks())
    assert Deletion.objects.get().cursor == "c"


@STATES
@pytest.mark.django_db
def test_work_and_what_waits_for_it_is_cancelled_and_work_alone_fails(state):
    deletion = made(state=state)
    is_working = state in (COUNTING, DELETING, RESTORING)
    assert deletion.is_working is is_working
    life.fail(deletion, "It cannot be.")
    failed = Deletion.objects.get()
    assert (failed.state == FAILED and failed.error_detail == "It cannot be.") is is_working
    assert (failed.ended_at is not None) is is_working
    Deletion.objects.update(state=state, ended_at=None)
    is_open = is_working or state == COUNTED
    assert life.cancel(deletion) is is_open
    cancelled = Deletion.objects.get()
    assert (cancelled.state, cancelled.ended_at is not None) == (
        (CANCELLED, True) if is_open else (state, False)
    )


@pytest.mark.django_db
def test_who_saw_another_state_is_too_late(actor):
    tasks = Tasks()
    for state, late in (
        (COUNTED, lambda one: life.confirm(one, 3, actor, tasks)),
        (DELETED, lambda one: life.restore(one, actor, tasks)),
    ):
        deletion = made(state=state, matched=3, deleted=3)
        Deletion.objects.update(state=DELETING)
        with pytest.raises(life.NotNow):
            late(deletion)
    working = made(state=DELETING)
    Deletion.objects.update(state=DELETED)
    assert not life.cancel(working)
    life.fail(working, "Too late.")
    assert set(Deletion.objects.values_list("state", "error_detail")) == {(DELETED, "")}
    assert (tasks.waiting, AuditEntry.objects.count()) == ([], 0)


@STATES
@pytest.mark.django_db
def test_what_stands_still_for_two_stalls_is_sent_again_once(state, settings):
    settings.STALL_SECONDS = 100
    deletion, tasks = made(state=state), Tasks()
    for ago, is_sent in ((190, False), (210, True)):
        Deletion.objects.update(progress_at=timezone.now() - timedelta(seconds=ago))
        work.resume_stalled(tasks)
        work.resume_stalled(tasks)
        is_work = is_sent and state in (COUNTING, DELETING, RESTORING)
        assert tasks.waiting == [(str(deletion.pk),)] * is_work
