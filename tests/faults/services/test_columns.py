"""Builders of columns are killed, several at once, while records change: every answer is right or
says that it is not complete."""

import random
import threading
from decimal import Decimal

import pytest

from columns.asking.ask import ask
from columns.asking.question import SummaryQuestion
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.query import Query
from tests.messages_app.records import MOMENT, record

RECORDS = 900


@pytest.fixture(autouse=True)
def unread(settings):
    """No day is read from the table for one answer: only what builders left answers."""
    settings.COLUMNS_READ_SECONDS = 0


def store():
    rows = [record(MOMENT + 288 * number, local_avg=Decimal(number)) for number in range(RECORDS)]
    BUILTIN.repository.insert_many(rows, "keep", Deadline(60))


def is_complete_and_right():
    """Of an answer that is complete every number has to be that of the table."""
    answer = ask(BUILTIN, SummaryQuestion(Query(), by="location", measure="local_avg"))
    if not answer.is_complete:
        return False
    records = list(BUILTIN.repository.all(Query(is_consistent=True)))
    values = [float(one.values["local_avg"]) for one in records]
    [group] = answer.groups
    assert (group.count, group.min, group.max) == (len(values), min(values), max(values))
    assert group.mean == pytest.approx(sum(values) / len(values))
    return True


def change(chance):
    one = chance.choice(list(BUILTIN.repository.all(Query(is_consistent=True))))
    if chance.random() < 0.5:
        BUILTIN.repository.delete(one)
    else:
        BUILTIN.repository.update(one, {"local_avg": Decimal(chance.randrange(9999))})


def killing(command, chance):
    """The builder dies at some moment soon after one of its requests."""

    def effect(request, forward):
        threading.Timer(chance.uniform(0, 0.05), command.kill).start()
        return forward()

    return effect


def test_builders_are_killed_while_records_change(idle_stack):
    chance = random.Random(1)
    store()
    for _ in range(4):
        change(chance)
        builders = [idle_stack.processes.command("columns", "--rebuild", "messages") for _ in "ab"]
        fault = idle_stack.proxy.inject(
            killing(builders[0], chance), sender=builders[0].name, share=0.4, times=1
        )
        change(chance)
        is_complete_and_right()
        codes = [builder.wait() for builder in builders]
        assert codes[1] == 0
        assert codes[0] in ((-9, 0) if fault.fired else (0,))
        is_complete_and_right()
        idle_stack.proxy.clear()

    idle_stack.processes.manage("columns", "--rebuild", "messages")
    assert is_complete_and_right()
    idle_stack.processes.manage("columns", "--check", "messages")


def test_workers_that_build_are_killed_and_others_build(idle_stack):
    """The kill comes before the file is known: another worker is asked when the first is given up,
    and deletes what it left when that is old."""
    store()
    idle_stack.start(workers=1)
    idle_stack.kill_workers(random.Random(3), 2, service="s3", operation="PutObject")
    idle_stack.wait_until(is_complete_and_right)
    idle_stack.processes.manage("columns", "--check", "messages")
