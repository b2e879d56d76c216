"""An import that nobody works on any more is found and resumed without anybody's help."""

from django.conf import settings

from common.aws.clients import sqs_client
from tests.faults.effects import late
from tests.faults.files import CsvFile
from tests.faults.stack import queue_url


def test_an_import_whose_workers_and_messages_are_lost_is_resumed(stack):
    stack.proxy.inject(late(0.2), "dynamodb")
    file = CsvFile()
    stack.upload(file)
    import_ = stack.wait_for_chunks(3)
    stack.processes.kill("worker")
    sqs_client().purge_queue(QueueUrl=queue_url(settings.CELERY_QUEUE))
    stack.proxy.clear()
    stack.processes.start_workers(2)
    import_ = stack.ended()
    stack.assert_done(import_, file)


def test_an_import_that_was_never_planned_is_resumed(idle_stack):
    stack = idle_stack
    stack.processes.start_listener()
    file = CsvFile(500)
    stack.upload(file)
    stack.wait_until(stack.has_tasks)
    sqs_client().purge_queue(QueueUrl=queue_url(settings.CELERY_QUEUE))
    stack.processes.start_workers(1)
    stack.assert_done(stack.ended(), file)
