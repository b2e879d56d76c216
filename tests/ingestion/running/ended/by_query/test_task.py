"""How long a task goes on with a deletion, and what it leaves to the next one, without records."""

import pytest
from django.http import QueryDict

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.running.ended.by_query import life, work
from ingestion.running.ended.by_query.models import Deletion
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.batch_requests import OUT_OF_TIME
from messages_app.store.paging import Page
from tests.common.clock import Clock
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.ended.stand_ins import TimedTasks

pytestmark = pytest.mark.django_db


class Refusing:
    """A table that gives so many pages, each after so many seconds, and then an error."""

    def __init__(self, code="", pages=0, clock=None, seconds=0):
        self._code, self._pages = code, pages
        self._clock, self._seconds = clock or Clock(), seconds

    def page(self, query, size, cursor):
        assert query.is_consistent
        if not self._pages:
            raise ServiceError("It takes nothing.", self._code, permanent=False)
        self._pages -= 1
        self._clock.sleep(self._seconds)
        return Page([], "more")


@pytest.fixture
def deletion():
    life.ask(BUILTIN, QueryDict("local_avg_min=5"), None, None, Tasks())
    return Deletion.objects.get()


@pytest.fixture
def tasks():
    return TimedTasks()


@pytest.mark.parametrize(("task_seconds", "delay"), [(90, 30), (9000, 900)])
@pytest.mark.parametrize(
    ("code", "pages"), [("ThrottlingException", 0), (OUT_OF_TIME, 0), ("InternalError", 2)]
)
def test_a_table_that_takes_no_more_is_left_alone_for_a_while(
    settings, deletion, tasks, task_seconds, delay, code, pages
):
    settings.TASK_SECONDS = task_seconds
    work.work(deletion, tasks, Deadline(60), Refusing(code, pages))
    assert tasks.waiting == [(str(deletion.pk), delay)]
    assert Deletion.objects.get().steps == pages


def test_a_table_that_fails_at_once_is_left_to_redelivery(deletion, tasks):
    with pytest.raises(ServiceError):
        work.work(deletion, tasks, Deadline(60), Refusing("InternalError"))
    assert tasks.waiting == []


def test_a_task_that_another_one_overtook_ends(deletion, tasks):
    deletion.steps = 7
    work.work(deletion, tasks, Deadline(60), Refusing(pages=1))
    now = Deletion.objects.get()
    assert (tasks.waiting, now.steps, now.cursor) == ([], 0, "")


def test_a_task_works_for_half_its_time_and_sends_another_one(deletion, tasks):
    clock = Clock()
    table = Refusing("", 9, clock, seconds=10)
    work.work(deletion, tasks, Deadline(60, clock), table)
    assert tasks.waiting == [(str(deletion.pk), 0)]
    assert Deletion.objects.get().steps == 3
