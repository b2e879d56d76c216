"""``/metrics``: what the processes counted, and what is so just now."""

import json
import os
import subprocess
import urllib.request
from contextlib import AbstractContextManager

import pytest
from botocore.exceptions import ClientError
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from common.aws.clients import dynamodb_client
from ingestion.models import Import, State
from ingestion.running.health import forget_services
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import HEADER, lines, run
from tests.support.away import Count, point_at, refusing
from tests.support.ports import free_port
from tests.support.processes import ROOT, responses, stop, tethered, wait_until

Labels = frozenset[tuple[str, str]]


@pytest.fixture
def client(db: None) -> APIClient:
    _, token = AuthToken.objects.create(User.objects.create_superuser("kim"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def read(text: str) -> dict[tuple[str, Labels], float]:
    """The samples, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Metrics:
    """What the web tells, and by how much it grew."""

    def __init__(self, client: APIClient) -> None:
        self._client = client
        self._before = self._read()

    def _read(self) -> dict[tuple[str, Labels], float]:
        response = self._client.get("/metrics")
        assert response.status_code == 200
        return read(response.content.decode())

    def now(self, name: str, **labels: str) -> float:
        return self._read()[name, frozenset(labels.items())]

    def growth(self, name: str, **labels: str) -> float:
        return self.now(name, **labels) - self._before.get((name, frozenset(labels.items())), 0)


def test_rows_are_counted_by_outcome_kind_and_format(client: APIClient, aws: str) -> None:
    metrics = Metrics(client)
    run(HEADER + lines(30) + "no row\n")
    run(HEADER + lines(30), key="again.csv")

    def rows(outcome: str) -> float:
        return metrics.growth("sluice_rows_total", outcome=outcome, kind="messages", format="")

    assert (rows("written"), rows("unchanged"), rows("rejected")) == (30, 30, 1)
    assert metrics.growth("sluice_import_seconds_count", kind="messages") == 2


def test_rows_of_a_format_have_its_number(client: APIClient, aws: str) -> None:
    number = str(make().pk)
    metrics = Metrics(client)
    run(FILE)
    labels = {"outcome": "written", "kind": "messages", "format": number}
    assert metrics.growth("sluice_rows_total", **labels) == 2


def test_requests_to_dynamodb_are_timed(client: APIClient, aws: str) -> None:
    metrics = Metrics(client)
    run(HEADER + lines(30))
    for name in ("sluice_dynamodb_seconds_count", "sluice_dynamodb_units_total"):
        assert metrics.growth(name, operation="BatchExecuteStatement") >= 2


def refused_by_dynamodb(code: str) -> AbstractContextManager[Count]:
    return refusing(400, json.dumps({"__type": f"com.amazonaws.dynamodb#{code}"}).encode())


def test_refusals_of_requests_and_of_statements_are_counted(
    client: APIClient, aws: str, settings: LazySettings
) -> None:
    metrics = Metrics(client)
    refused = {"Error": {"Code": "ThrottlingError", "Message": "too many"}}
    embedded = settings.AWS_ENDPOINT_URL, settings.AWS_ENDPOINT_URL_DYNAMODB
    with refusing(200, json.dumps({"Responses": [{}, refused, refused]}).encode()) as answering:
        point_at(settings, answering.url)
        dynamodb_client("once").batch_execute_statement(Statements=[{"Statement": "SELECT"}])
    for code in ("ProvisionedThroughputExceededException", "ValidationException"):
        with refused_by_dynamodb(code) as answering:
            point_at(settings, answering.url)
            with pytest.raises(ClientError):
                dynamodb_client("once").query(TableName="records")
    settings.AWS_ENDPOINT_URL, settings.AWS_ENDPOINT_URL_DYNAMODB = embedded

    def throttled(operation: str) -> float:
        return metrics.growth("sluice_dynamodb_throttled_total", operation=operation)

    assert (throttled("BatchExecuteStatement"), throttled("Query")) == (2, 1)


def test_imports_queues_and_parts_are_told_as_they_are(client: APIClient, aws: str) -> None:
    metrics = Metrics(client)
    Import.objects.create(bucket="b", key="k", identity="i", state=State.WAITING)
    assert metrics.now("sluice_imports", state="waiting") == 1
    assert metrics.now("sluice_imports", state="failed") == 0
    assert metrics.now("sluice_oldest_import_seconds", state="waiting") > 0
    assert metrics.now("sluice_queue_messages", queue="sluice-celery", state="waiting") == 0
    assert metrics.now("sluice_part_up", part="table") == 1
    assert metrics.now("sluice_processes", kind="worker") == 0


def test_without_aws_the_rest_is_told(client: APIClient, aws_away: None) -> None:
    metrics = Metrics(client)
    assert metrics.now("sluice_part_up", part="table") == 0
    assert metrics.now("sluice_part_up", part="database") == 1
    assert not [name for name, _ in metrics._read() if name == "sluice_queue_messages"]


def test_it_costs_the_same_with_many_imports(client: APIClient, aws: str) -> None:
    def statements() -> int:
        forget_services()  # else they are asked anew after some seconds, in the middle of this
        with CaptureQueriesContext(connection) as asked:
            client.get("/metrics")
        return len(asked)

    statements()
    few = statements()
    Import.objects.bulk_create(
        Import(bucket="b", key=f"{number}.csv", identity="i", state="failed")
        for number in range(200)
    )
    assert statements() == few


@pytest.mark.faults
def test_worker_and_listener_tell_their_own_where_they_are_told_to(
    aws: str, transactional_db: None
) -> None:
    port = free_port()
    process = subprocess.Popen(
        tethered("manage.py", "listen"), cwd=ROOT, env={**os.environ, "METRICS_PORT": str(port)}
    )
    url = f"http://127.0.0.1:{port}/metrics"
    wait_until(lambda: responses(url), process)
    with urllib.request.urlopen(url) as response:
        assert "sluice_dynamodb_seconds" in response.read().decode()
    stop(process)
