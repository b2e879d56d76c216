"""A table and a queue that a benchmark has to itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from common.aws.clients import dynamodb_client, sqs_client
from messages_app.store.provision import provision_table


@contextmanager
def temporary_table() -> Iterator[str]:
    """The name of a new table, which is deleted afterwards."""
    name = f"sluice-benchmark-{uuid4()}"
    provision_table(name)
    try:
        yield name
    finally:
        dynamodb_client().delete_table(TableName=name)


@contextmanager
def temporary_queue() -> Iterator[str]:
    """The address of a new queue, which is deleted afterwards."""
    url = sqs_client().create_queue(QueueName=f"sluice-benchmark-{uuid4()}")["QueueUrl"]
    try:
        yield url
    finally:
        sqs_client().delete_queue(QueueUrl=url)
