"""Workers are killed, and the table takes little, while an import is taken back."""

import random

import pytest

from ingestion.models import Import, State
from ingestion.running.ended.undo import beginning
from ingestion.running.tasks import CeleryQueue
from messages_app.models import Day
from tests.faults.effects import refuse, throttle_statements
from tests.faults.files import CsvFile


@pytest.fixture
def two_imports(stack):
    """A file, and a newer one that has replaced its records."""
    stack.upload(CsvFile(1000, copies=False))
    stack.ended()
    newer = CsvFile(1000, copies=False, version=1)
    before = stack.records()
    stack.upload(newer, "replace")
    stack.wait_for(lambda import_: import_.on_conflict == "replace")
    import_ = stack.ended()
    assert import_.replaced > 800
    return import_, before


def undone(stack, import_):
    stack.wait_until(
        lambda: (
            Import.objects.get(pk=import_.pk).state in (State.UNDONE, State.FAILED, State.CANCELLED)
        )
    )
    import_.refresh_from_db()
    return import_


def assert_taken_back(stack, import_, before):
    assert (import_.state, import_.error_code, import_.error_detail) == (State.UNDONE, "", "")
    assert import_.undo_counts.total == import_.receipt.stored
    assert stack.records() == before
    assert sum(Day.objects.values_list("count", flat=True)) == before.total()


def test_an_import_is_taken_back_by_workers_that_are_killed_four_times(stack, two_imports):
    import_, before = two_imports
    chance = random.Random(3)
    assert beginning.begin(import_, CeleryQueue())
    stack.kill_workers(chance, 4, service="dynamodb", share=0.2)
    assert_taken_back(stack, undone(stack, import_), before)


def test_an_import_is_taken_back_while_the_table_takes_little(stack, two_imports):
    import_, before = two_imports
    stack.proxy.inject(throttle_statements("ThrottlingError"), "dynamodb", "BatchExecuteStatement")
    stack.proxy.inject(refuse("ThrottlingException"), "dynamodb", "PutItem", share=0.3, times=15)
    assert beginning.begin(import_, CeleryQueue())
    assert_taken_back(stack, undone(stack, import_), before)
