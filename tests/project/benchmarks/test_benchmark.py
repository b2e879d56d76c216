"""What the benchmark counts, and that it leaves nothing behind."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axes.models import AccessLog
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from common.aws.clients import dynamodb_client, sqs_client
from project.access.roles import make_roles
from project.benchmarks import large_day, pages, reads
from project.benchmarks.ancestor import one_by_one
from project.benchmarks.table import temporary_queue, temporary_table
from project.benchmarks.writes import compare
from tests.ingestion.helpers import HEADER, lines, run

pytestmark = pytest.mark.usefixtures("aws")


def test_rows_are_sent_twenty_five_a_request():
    """And one request looks which are there."""
    ours, _ = compare(1000)
    assert (ours.rows, ours.requests) == (1000, 41)


def test_the_ancestor_needs_at_least_three_requests_a_row():
    _, theirs = compare(1000)
    assert theirs.rows == 100
    assert theirs.requests >= 300


def test_of_a_shared_queue_the_ancestor_takes_no_more_messages_than_it_sent():
    """Each of several processes would wait for ever for those that another one took."""
    items = [{"date": {"S": "2019-05-28"}, "time": {"S": f"10:55:0{n}"}} for n in range(3)]
    dynamodb, sqs = dynamodb_client(), sqs_client()
    with temporary_table() as table, temporary_queue() as queue:
        for item in items:
            sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(item))
        one_by_one(items, table, queue, dynamodb, sqs)
        answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    left = answer["Attributes"]
    waiting = int(left["ApproximateNumberOfMessages"])
    assert waiting + int(left["ApproximateNumberOfMessagesNotVisible"]) == len(items)


def test_table_and_queue_are_deleted_afterwards():
    before = dynamodb_client().list_tables()["TableNames"], sqs_client().list_queues()["QueueUrls"]
    compare(100)
    assert before == (
        dynamodb_client().list_tables()["TableNames"],
        sqs_client().list_queues()["QueueUrls"],
    )


class Forgetful(BaseHTTPRequestHandler):
    """Closes each connection behind its answer, without having said so."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        self.close_connection = True

    def log_message(self, *about):
        """Say nothing."""


def test_a_connection_that_the_server_closed_while_it_was_idle_is_made_anew():
    with ThreadingHTTPServer(("127.0.0.1", 0), Forgetful) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        get = reads.Getter(server.server_port, "a token")
        answers = [get("/"), get("/")]
        get.close()
        server.shutdown()
    assert answers == [b"ok", b"ok"]


@pytest.mark.django_db(transaction=True)
def test_reading_is_measured_against_the_calls_beneath():
    make_roles(apps, "default")
    tables = dynamodb_client().list_tables()["TableNames"]
    page, one = reads.compare(2)
    assert min(page.api, page.beneath, one.api, one.beneath) > 0
    assert dynamodb_client().list_tables()["TableNames"] == tables
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_large_day_is_read_whole():
    make_roles(apps, "default")
    figures = large_day.measure(300, 2)
    assert min(figure.value for figure in figures) > 0
    assert not User.objects.exists()


@pytest.mark.django_db
def test_pages_are_measured_against_the_calls_beneath():
    run(HEADER + lines(30))
    times = pages.compare(2)
    assert {"home", "imports", "import", "messages", "messages, chart", "message"} < times.keys()
    assert min(min(one.api, one.beneath) for one in times.values()) > 0
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert not AccessLog.objects.exists()
