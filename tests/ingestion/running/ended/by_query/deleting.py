"""Deletions that are asked for, confirmed, and taken back, each to its end."""

from django.http import QueryDict

from common.deadline import Deadline
from ingestion.running.ended.by_query import life, work
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from tests.ingestion.helpers import Tasks, records


def registered():
    return sum(Day.objects.values_list("count", flat=True))


def asked(query="", keys=None, tasks=None):
    """A deletion that was counted."""
    tasks = tasks or Tasks()
    deletion = life.ask(BUILTIN, QueryDict(query), keys, None, tasks)
    tasks.run()
    deletion.refresh_from_db()
    return deletion


def delete(deletion, actor, tasks=None):
    tasks = tasks or Tasks()
    life.confirm(deletion, deletion.matched, actor, tasks)
    tasks.run()
    deletion.refresh_from_db()


def restore(deletion, actor, tasks=None):
    tasks = tasks or Tasks()
    life.restore(deletion, actor, tasks)
    tasks.run()
    deletion.refresh_from_db()


def contents():
    return [(one.key, one.values, one.origin) for one in records()]


def die():
    raise SystemExit


def go_on(deletion, table, tasks=None):
    """A task of it, which may die."""
    try:
        work.work(deletion, tasks or Tasks(), Deadline(60), table)
    except SystemExit:
        pass
    finally:
        deletion.refresh_from_db()
