"""What the benchmark counts, and that it leaves nothing behind."""

import pytest

from messages_app.aws import dynamodb_client, sqs_client
from project.benchmark import compare

pytestmark = pytest.mark.usefixtures("aws")


def test_rows_are_sent_twenty_five_a_request():
    ours, _ = compare(1000)
    assert (ours.rows, ours.requests) == (1000, 40)


def test_the_ancestor_needs_at_least_three_requests_a_row():
    _, theirs = compare(1000)
    assert theirs.rows == 100
    assert theirs.requests >= 300


def test_table_and_queue_are_deleted_afterwards():
    before = dynamodb_client().list_tables()["TableNames"], sqs_client().list_queues()["QueueUrls"]
    compare(100)
    assert before == (
        dynamodb_client().list_tables()["TableNames"],
        sqs_client().list_queues()["QueueUrls"],
    )
