"""Tasks that fail at every delivery."""

import pytest
from django.conf import settings

from ingestion.aws.sqs import dead_letter_queue
from ingestion.dead_letters import queue as dead_letters
from ingestion.models import State
from tests.faults.effects import refuse
from tests.faults.files import CsvFile
from tests.faults.stack import messages_in


@pytest.mark.parametrize("forbidden", [("dynamodb", "BatchExecuteStatement"), ("s3", "HeadObject")])
def test_a_task_that_fails_five_times_is_kept_told_of_and_redriven(stack, forbidden):
    import_, file = given_up(stack, *forbidden)
    assert "5 attempts" in import_.error_detail
    assert "could not" in import_.error_detail
    assert {letter.import_id for letter in dead_letters.waiting()} == {str(import_.pk)}
    stack.proxy.clear()
    assert dead_letters.redrive() > 0
    stack.assert_done(stack.ended(), file)
    assert not dead_letters.waiting()


def test_an_import_whose_dead_letters_are_discarded_runs_again(stack):
    import_, file = given_up(stack, "dynamodb", "BatchExecuteStatement")
    stack.proxy.clear()
    assert dead_letters.discard() > 0
    assert not dead_letters.waiting()
    import_.refresh_from_db()
    assert import_.state == State.FAILED
    stack.assert_done(stack.run_again(import_), file)


def given_up(stack, service, operation):
    """An import whose tasks may not do something, and its file."""
    stack.proxy.inject(refuse("AccessDeniedException", 403), service, operation)
    file = CsvFile(200)
    stack.upload(file)
    import_ = stack.ended()
    assert (import_.state, import_.error_code) == (State.FAILED, "dead_letter")
    # SQS moves a message at the first receive after its last delivery.
    queue = dead_letter_queue(settings.CELERY_QUEUE)
    stack.wait_until(lambda: messages_in(queue) == max(1, import_.chunks_total))
    import_.refresh_from_db()
    return import_, file
