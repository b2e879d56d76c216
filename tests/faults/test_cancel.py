"""Cancelling an import that runs."""

from ingestion.models import State
from ingestion.running import lifecycle
from tests.faults.effects import late
from tests.faults.files import CsvFile
from tests.faults.stack import wait_until_empty


def test_cancel_stops_soon_counts_what_was_written_and_a_new_run_continues(stack):
    stack.proxy.inject(late(0.3), "dynamodb", "BatchExecuteStatement")
    file = CsvFile()
    stack.upload(file)
    import_ = stack.wait_for_chunks(3)
    chunks_before = import_.chunks_done
    assert lifecycle.cancel(import_)
    wait_until_empty(stack)
    import_.refresh_from_db()
    assert import_.state == State.CANCELLED
    # Those that were being written when it was cancelled; each worker had one at most.
    assert chunks_before <= import_.chunks_done <= chunks_before + 4
    assert import_.receipt.adds_up
    assert sum(stack.records().values()) == import_.written + import_.kept > 0
    stack.proxy.clear()
    stack.assert_done(stack.run_again(import_), file)
