"""The table or a queue is not there, or nothing may be used, for a while."""

from django.conf import settings

from common.aws.clients import dynamodb_client, sqs_client
from tests.faults.effects import late, refuse
from tests.faults.files import CsvFile
from tests.faults.stack import queue_url


def test_the_table_is_missing_for_a_while(stack):
    dynamodb_client().delete_table(TableName=settings.MESSAGES_TABLE)
    refused = stack.proxy.inject(late(0), "dynamodb", "BatchExecuteStatement")
    file = CsvFile(500)
    stack.upload(file)
    stack.wait_until(lambda: refused.fired > 3)
    stack.processes.manage("provision")
    stack.assert_done(stack.ended(), file)


def test_the_task_queue_is_deleted_and_created_again(stack):
    stack.proxy.inject(late(0.2), "dynamodb")
    file = CsvFile(1000)
    stack.upload(file)
    stack.wait_for_chunks(2)
    sqs_client().delete_queue(QueueUrl=queue_url(settings.CELERY_QUEUE))
    missed = stack.proxy.inject(late(0), "sqs", sender="worker")
    stack.wait_until(lambda: missed.fired > 3)
    stack.proxy.clear()
    stack.processes.manage("provision")
    stack.assert_done(stack.ended(), file)


def test_the_queue_of_events_is_deleted_and_created_again(stack):
    sqs_client().delete_queue(QueueUrl=queue_url(settings.BUCKET_EVENTS_QUEUE))
    missed = stack.proxy.inject(late(0), "sqs", sender="listener")
    stack.wait_until(lambda: missed.fired > 3)
    stack.processes.manage("provision")
    file = CsvFile(500)
    stack.upload(file)
    stack.assert_done(stack.ended(), file)


def test_files_that_came_while_nobody_could_be_told_are_found_by_replay(stack):
    sqs_client().delete_queue(QueueUrl=queue_url(settings.BUCKET_EVENTS_QUEUE))
    file = CsvFile(500)
    stack.upload(file)
    stack.processes.manage("provision")
    stack.processes.manage("replay", "--prefix", "devices")
    stack.assert_done(stack.ended(), file)


def test_the_credentials_expire_and_are_renewed(stack):
    stack.proxy.inject(late(0.2), "dynamodb")
    file = CsvFile(1000)
    stack.upload(file)
    stack.wait_for_chunks(2)
    stack.proxy.clear()
    for service, code in [
        ("dynamodb", "ExpiredTokenException"),
        ("s3", "ExpiredToken"),
        ("sqs", "ExpiredTokenException"),
    ]:
        expired = stack.proxy.inject(refuse(code, 400), service)
        stack.wait_until(lambda expired=expired: expired.fired > 1)
    stack.proxy.clear()
    stack.assert_done(stack.ended(), file)
