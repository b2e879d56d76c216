"""Tasks that fail at every delivery."""

from django.conf import settings

from ingestion import dead_letters
from ingestion.models import State
from ingestion.sqs import dead_letter_queue
from tests.faults.effects import refuse
from tests.faults.files import CsvFile
from tests.faults.stack import messages_in
from tests.processes import wait_until


def test_a_task_that_fails_five_times_is_kept_told_of_and_redriven(stack):
    of, file = given_up(stack)
    assert "5 attempts" in of.error_detail
    assert "AccessDeniedException" in of.error_detail
    assert {letter.import_id for letter in dead_letters.waiting()} == {str(of.pk)}
    stack.proxy.clear()
    assert dead_letters.redrive() > 0
    stack.assert_done(stack.ended(), file)
    assert not dead_letters.waiting()


def test_an_import_whose_dead_letters_are_discarded_runs_again(stack):
    of, file = given_up(stack)
    stack.proxy.clear()
    assert dead_letters.discard() > 0
    assert not dead_letters.waiting()
    of.refresh_from_db()
    assert of.state == State.FAILED
    stack.assert_done(stack.run_again(of), file)


def given_up(stack):
    """An import of which no task may write, and its file."""
    stack.proxy.inject(refuse("AccessDeniedException"), "dynamodb", "BatchExecuteStatement")
    file = CsvFile(200)
    stack.upload(file)
    of = stack.ended()
    assert (of.state, of.error_code) == (State.FAILED, "dead_letter")
    # SQS moves a message at the first receive after its last delivery.
    queue = dead_letter_queue(settings.CELERY_QUEUE)
    wait_until(lambda: messages_in(queue) == of.chunks_total)
    of.refresh_from_db()
    return of, file
