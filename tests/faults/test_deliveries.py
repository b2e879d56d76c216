"""Messages that come twice, in the wrong order, or when nobody wants them any more."""

import pytest

from ingestion.models import Import, State
from ingestion.running import lifecycle
from tests.faults.effects import TwiceAndInDisorder, late
from tests.faults.files import CsvFile
from tests.faults.stack import wait_until_empty


@pytest.mark.parametrize("on_conflict", ["keep", "replace", "reject"])
def test_every_message_comes_twice_and_in_the_wrong_order(stack, on_conflict):
    twice = TwiceAndInDisorder(seed=1)
    stack.proxy.inject(twice, "sqs", "ReceiveMessage")
    file = CsvFile(copies=on_conflict == "keep")
    stack.upload(file, on_conflict)
    import_ = stack.ended()
    stack.wait_until(lambda: twice.handed_out_again > import_.chunks_total // 2)
    stack.assert_done(Import.objects.get(), file, on_conflict)


def test_a_task_older_than_the_cancellation_does_nothing(idle_stack):
    stack = idle_stack
    stack.processes.start_listener()
    stack.upload(CsvFile(500))
    import_ = stack.wait_for(lambda import_: import_.state == State.QUEUED)
    stack.wait_until(stack.has_tasks)
    assert lifecycle.cancel(import_)
    stack.processes.start_workers(2)
    wait_until_empty(stack)
    import_.refresh_from_db()
    assert (import_.state, import_.chunks_total) == (State.CANCELLED, 0)
    assert not stack.records()


def test_tasks_older_than_a_cancellation_and_those_of_the_new_run_make_one_receipt(stack):
    stack.proxy.inject(late(0.3), "dynamodb")
    file = CsvFile()
    stack.upload(file)
    import_ = stack.wait_for_chunks(2)
    assert lifecycle.cancel(import_)
    stack.proxy.clear()
    import_.refresh_from_db()
    stack.assert_done(stack.run_again(import_), file)
    wait_until_empty(stack)
    stack.assert_done(Import.objects.get(), file)
