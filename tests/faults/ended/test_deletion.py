"""Workers are killed while what a query matches is deleted, and while it is restored."""

import random

import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import WORKING, Deletion
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from tests.faults.files import CsvFile

DATE = "2021-03-04"
ROWS = 2000


@pytest.fixture
def actor(transactional_db):
    return Actor(get_user_model().objects.create_user("ada"), Channel.PAGE)


def worked(stack, deletion):
    stack.wait_until(lambda: Deletion.objects.get(pk=deletion.pk).state not in WORKING)
    deletion.refresh_from_db()
    assert deletion.error_detail == ""
    return deletion.state


def registered():
    return sum(Day.objects.values_list("count", flat=True))


def test_records_are_deleted_and_restored_by_workers_that_are_killed(stack, actor):
    chance, queue = random.Random(7), CeleryQueue()
    stack.upload(CsvFile(ROWS))
    stack.ended()
    before = stack.records()
    query = QueryDict(f"date={DATE}&time_from=00:05")
    deletion = life.ask(BUILTIN, query, None, actor.user, queue)
    assert worked(stack, deletion) == "counted"
    left = before.total() - deletion.matched
    assert 0 < left < before.total()

    life.confirm(deletion, deletion.matched, actor, queue)
    stack.kill_workers(chance, 3, service="dynamodb", share=0.1)
    assert worked(stack, deletion) == "deleted"
    assert (deletion.deleted, deletion.changed) == (deletion.matched, 0)
    assert stack.records() <= before
    assert (stack.records().total(), registered()) == (left, left)
    assert AuditEntry.objects.filter(action=life.DELETED).count() == 1

    life.restore(deletion, actor, queue)
    stack.kill_workers(chance, 3, service="dynamodb", share=0.1)
    assert worked(stack, deletion) == "restored"
    assert (deletion.restored, deletion.taken) == (deletion.matched, 0)
    assert stack.records() == before
    assert registered() == before.total()
