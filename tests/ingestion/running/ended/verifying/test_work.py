"""How long a task goes on with a verification, and what ends it."""

import pytest

from common.aws.clients import s3_client
from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.ended.verifying import account, work
from ingestion.running.ended.verifying.models import Verification
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, lines, run
from tests.ingestion.running.ended.stand_ins import Table, TimedTasks, first, then

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def import_(settings):
    """It has a chunk for each of its five rows, and is being verified."""
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + lines(5))
    account.begin(import_, None, None)
    return import_


@pytest.fixture
def tasks():
    return TimedTasks()


def ended(state):
    """The verification, in this state."""
    found = Verification.objects.get()
    assert (found.state, found.finished_at is not None) == (state, True)
    return found


def test_a_task_works_for_half_its_time_and_sends_another_one(import_, tasks):
    clock = Clock()
    slow = Table(looking=then(lambda: clock.sleep(20)))
    work.go_on(import_, tasks, Deadline(60, clock), slow)
    assert tasks.waiting == [(str(import_.pk), 0)]
    assert Verification.objects.get().chunks_done == 2
    work.go_on(import_, tasks, Deadline(60))
    assert len(tasks.waiting) == 1
    assert ended("done").counts == {"read": 5, "stands": 5}


def test_one_that_was_cancelled_meanwhile_looks_no_further(import_, tasks):
    looked = []
    table = Table(looking=then(lambda: looked.append(account.cancel(import_))))
    work.go_on(import_, tasks, Deadline(60), table)
    assert (looked, tasks.waiting) == ([True], [])
    assert ended("cancelled").counts == {}


def test_a_task_that_another_one_overtook_ends(import_, tasks):
    other = TimedTasks()
    table = Table(looking=first(lambda: work.go_on(import_, other, Deadline(60))))
    work.go_on(import_, tasks, Deadline(60), table)
    assert (tasks.waiting, other.waiting) == ([], [])
    assert ended("done").counts == {"read": 5, "stands": 5}


def test_one_whose_object_is_gone_meanwhile_fails_and_the_import_does_not(import_, tasks):
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key, VersionId=import_.version_id)
    work.go_on(import_, tasks, Deadline(60))
    assert ended("failed").error_code == "object_gone"
    assert (Import.objects.get().state, tasks.waiting) == ("done", [])


def test_one_whose_import_was_begun_anew_meanwhile_fails_and_asks_for_nothing(import_, tasks):
    import_.state = "queued"
    import_.save()
    work.go_on(import_, tasks, Deadline(60), Table(looking=None))
    assert (ended("failed").error_code, tasks.waiting) == ("import_changed", [])
