"""The records of a kind move to several partitions while real processes import into it."""

from django.conf import settings

from common.aws.clients import dynamodb_client
from tests.faults.files import CsvFile
from tests.faults.services.partition_limit import PartitionLimit

ROWS = 900
PARTITIONS = 4
# Longer than any task of these processes takes.
GRACE = 12


def partitions():
    """How many records each partition key has."""
    pages = dynamodb_client().get_paginator("scan").paginate(TableName=settings.MESSAGES_TABLE)
    keys = [item["date"]["S"] for page in pages for item in page["Items"]]
    return {key: keys.count(key) for key in set(keys)}


def test_an_import_goes_on_while_a_command_that_is_killed_moves_its_records(idle_stack):
    """The import is so slow that it begins before the command and ends after it was killed."""
    idle_stack.proxy.inject(PartitionLimit(60, burst=60), "dynamodb", sender="worker")
    idle_stack.processes.configure(TASK_SECONDS="6", CHUNK_BYTES="20000")
    idle_stack.start(workers=2)
    file = CsvFile(ROWS)
    idle_stack.upload(file)
    idle_stack.wait_until(lambda: sum(partitions().values()) > 100)
    arguments = ("spread", "messages", str(PARTITIONS), f"--grace={GRACE}")
    command = idle_stack.processes.command(*arguments)
    idle_stack.wait_until(lambda: any("#" in key for key in partitions()))
    command.kill()
    idle_stack.assert_done(idle_stack.ended(), file)
    idle_stack.processes.manage(*arguments)
    assert len(partitions()) == PARTITIONS
    assert all("#" in key for key in partitions())
    idle_stack.upload(file)
    again = idle_stack.wait_for(
        lambda import_: import_.unchanged == import_.read - import_.rejected
    )
    assert again.written == 0
