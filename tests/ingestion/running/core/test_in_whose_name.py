"""What a listener goes on with later is done, and logged, in the name of who asked for it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils import timezone

from audit.actor import Actor, Channel
from common.aws.s3 import StoredObject
from common.tracing import request_id
from ingestion.formats import waiting
from ingestion.formats.models import FormatVersion
from ingestion.models import DeletedImport, Import, State
from ingestion.running import lifecycle
from ingestion.running.ended import deletion
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query import work as by_query
from ingestion.running.ended.by_query.models import Deletion, DeletionState
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.ended.verifying.models import Verification
from ingestion.running.recovery import resume_stalled
from ingestion.running.unannounced import turns
from ingestion.running.unannounced.search import Scope
from messages_app.kinds.record_kind import BUILTIN
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import HEADER, Tasks, lines, put, run
from tests.ingestion.running.core.made import made, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


class Named(Tasks):
    """Keeps in whose name each task is sent."""

    def __init__(self):
        super().__init__()
        self.names = []

    def plan(self, import_id):
        self.names.append(request_id.current())

    def verify(self, import_id, delay_seconds=0):
        self.names.append(request_id.current())

    def delete_records(self, deletion_id, delay_seconds=0):
        self.names.append(request_id.current())


@pytest.fixture
def tasks():
    return Named()


@pytest.fixture
def told(caplog):
    """The event and the name of each line, as far as it is asked for by then."""

    def lines_told():
        found = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
        return [(line["event"], line.get("request_id")) for line in found]

    caplog.set_level("INFO")
    return lines_told


def stand_still(model):
    model.objects.update(progress_at=timezone.now() - timedelta(days=1))


def test_a_verification_goes_on_and_fails_in_the_name_of_who_asked_for_it(tasks, told):
    import_ = run(HEADER + lines(3))
    with request_id.bound("asked"):
        verifications.begin(import_, None, tasks)
    stand_still(Verification)
    verifications.resume_stalled(tasks)
    Verification.objects.update(resumes=5)
    stand_still(Verification)
    verifications.resume_stalled(tasks)
    assert tasks.names == ["asked", "asked"]
    assert told()[-1] == ("verification failed", "asked")


def test_a_deletion_goes_on_in_the_name_of_who_confirmed_it(tasks):
    user = User.objects.create_user("somebody")
    with request_id.bound("asked"):
        deletion = life.ask(BUILTIN, QueryDict("date=2019-05-28"), None, user, tasks)
    stand_still(Deletion)
    by_query.resume_stalled(tasks)
    Deletion.objects.update(state=DeletionState.COUNTED)
    deletion.refresh_from_db()
    with request_id.bound("confirmed"):
        life.confirm(deletion, 0, Actor(user, Channel.API), tasks)
    stand_still(Deletion)
    by_query.resume_stalled(tasks)
    assert tasks.names == ["asked", "asked", "confirmed", "confirmed"]


def test_what_a_replay_starts_is_started_in_the_name_of_who_asked_for_it(tasks, told):
    put(HEADER + lines(1))
    with request_id.bound("asked"):
        turns.ask_for(Scope())
    turns.take_turn(tasks)
    import_ = Import.objects.get()
    stand_still(Import)
    resume_stalled(tasks)
    assert (import_.request_id, tasks.names) == ("asked", ["asked", "asked"])
    assert set(told()) == {
        (event, "asked") for event in ("import started", "replay ended", "import resumed")
    }


def test_a_waiting_import_goes_on_in_the_name_of_who_answered(tasks):
    import_ = run(FILE)
    Import.objects.update(request_id="uploaded")
    version: FormatVersion = make().current
    with request_id.bound("answered"):
        waiting.go_on(import_, version, tasks, is_for_all=True)
    stand_still(Import)
    resume_stalled(tasks)
    assert tasks.names == ["answered", "answered"]


@pytest.mark.parametrize("state", [State.WRITING, State.UNDOING])
def test_what_is_given_up_fails_in_the_name_of_who_asked_for_it(tasks, told, state):
    made(state=state, resumes=5, request_id="asked").chunks.update(written=1)
    stand_still(Import)
    resume_stalled(tasks)
    assert [name for _, name in told()] == ["asked"]


def test_an_object_that_is_too_large_is_refused_in_the_name_of_who_asked_for_its_address(
    tasks, told
):
    waits = {"bucket": "a-bucket", "key": "a.csv", "max_bytes": 69, "request_id": "asked"}
    import_ = Import.objects.create(**waits)
    lifecycle.start(StoredObject("a-bucket", "a.csv", "v1", "e", 70), tasks)
    assert now(import_).state == State.FAILED
    assert ("import failed", "asked") in told()


def test_what_a_deleted_import_leaves_is_swept_in_the_name_of_who_deleted_it(told):
    import_ = made(state=State.DONE)
    with request_id.bound("asked"):
        assert deletion.delete(import_)
    DeletedImport.objects.update(at=timezone.now() - timedelta(days=1))
    deletion.sweep()
    assert told()[1:] == [("objects left", "asked")] * 2
