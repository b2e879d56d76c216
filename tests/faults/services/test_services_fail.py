"""AWS throttles, fails, is slow, and loses connections; all of it passes."""

import pytest
from django.conf import settings

from tests.faults.effects import (
    cut_answer,
    drop,
    in_turn,
    late,
    late_answer,
    leave_unread,
    lose_answer,
    refuse,
    throttle_statements,
)
from tests.faults.files import CsvFile

# Longer than the clients of these processes wait (1 second).
TOO_LONG = 1.5
ERRORS = {
    "dynamodb": in_turn(
        refuse("ProvisionedThroughputExceededException"),
        refuse("ThrottlingException"),
        refuse("RequestLimitExceeded"),
        refuse("InternalServerError", 500),
        refuse("ServiceUnavailable", 503),
    ),
    "s3": in_turn(
        refuse("SlowDown", 503), refuse("InternalError", 500), refuse("ServiceUnavailable", 503)
    ),
    "sqs": in_turn(
        refuse("RequestThrottled", 400),
        refuse("ThrottlingException", 400),
        refuse("InternalFailure", 500),
        refuse("ServiceUnavailable", 503),
    ),
}
BROKEN = in_turn(drop, lose_answer, cut_answer)
SLOW = in_turn(late(TOO_LONG), late_answer(TOO_LONG))


@pytest.mark.parametrize("service", ["dynamodb", "s3", "sqs"])
def test_throttled_and_failed_requests(stack, service):
    # Of more, a message is refused at all of its deliveries now and then, as on AWS.
    assert_done_in_spite_of(stack, ERRORS[service], service, share=0.3)


@pytest.mark.parametrize("service", ["dynamodb", "s3", "sqs"])
def test_connections_that_break_before_or_after_the_work_was_done(stack, service):
    assert_done_in_spite_of(stack, BROKEN, service, share=0.3)


@pytest.mark.parametrize("service", ["dynamodb", "s3", "sqs"])
def test_answers_that_come_too_late(stack, service):
    assert_done_in_spite_of(stack, SLOW, service, share=0.05)


def test_batches_of_which_a_part_is_refused(stack):
    stack.proxy.inject(leave_unread, "dynamodb", "BatchGetItem", share=0.5)
    codes = ("ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError")
    refusals = in_turn(*(throttle_statements(code) for code in codes))
    assert_done_in_spite_of(stack, refusals, "dynamodb", "BatchExecuteStatement", share=0.7)


@pytest.mark.parametrize("sender", ["listener", "worker"])
def test_a_queue_that_takes_no_tasks_for_a_while(stack, sender):
    refused = stack.proxy.inject(
        refuse("ServiceUnavailable", 503), "sqs", "SendMessage", sender=sender
    )
    file = CsvFile(500)
    stack.upload(file)
    # More often than the client tries by itself, so that the message has to be delivered again.
    stack.wait_until(lambda: refused.fired > 2 * settings.AWS_ATTEMPTS)
    stack.proxy.clear()
    stack.assert_done(stack.ended(), file)


def assert_done_in_spite_of(stack, effect, service, operation="", share=1.0):
    fault = stack.proxy.inject(effect, service, operation, share=share)
    file = CsvFile(1000)
    stack.upload(file)
    import_ = stack.ended()
    assert fault.fired > 3
    stack.proxy.clear()
    stack.assert_done(import_, file)
