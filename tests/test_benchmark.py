"""What the benchmark counts, and that it leaves nothing behind."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from messages_app.aws import dynamodb_client, sqs_client
from project.benchmarks import reads
from project.benchmarks.writes import compare
from project.roles import make_roles

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


@pytest.mark.django_db(transaction=True)
def test_reading_is_measured_against_the_calls_beneath():
    make_roles(apps, "default")
    tables = dynamodb_client().list_tables()["TableNames"]
    page, one = reads.compare(2)
    assert min(page.api, page.beneath, one.api, one.beneath) > 0
    assert dynamodb_client().list_tables()["TableNames"] == tables
    assert not User.objects.exists()
