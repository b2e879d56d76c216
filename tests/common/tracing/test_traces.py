"""Traces by OpenTelemetry, from an upload to its records, and nothing of them by default."""

import os
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from structlog.contextvars import clear_contextvars

from common.aws import clients
from common.tracing import spans
from ingestion.models import Import, State
from tests.common.tracing.collector import collector
from tests.ingestion.helpers import HEADER, lines
from tests.messages_app.api_client import api_client
from tests.support.processes import ROOT, stop, tethered, wait_until

PERMISSIONS = ("ingestion.add_import", "ingestion.view_import")
WORKER = "-m celery -A project worker --without-gossip --without-mingle --without-heartbeat"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def collected(monkeypatch):
    with collector() as found:
        monkeypatch.setenv(ENDPOINT, found.url)
        spans._exported.cache_clear()
        clients._made.cache_clear()
        yield found
        exported = spans._exported()
        exported._provider.shutdown()
    monkeypatch.undo()
    spans._exported.cache_clear()
    clients._made.cache_clear()


def upload(text, **headers):
    file = SimpleUploadedFile("file.csv", text.encode())
    response = api_client(*PERMISSIONS).post("/api/imports/", {"file": file}, headers=headers)
    clear_contextvars()
    return Import.objects.get(pk=response.json()["id"])


@pytest.mark.django_db(transaction=True)
def test_an_upload_its_tasks_and_its_writes_are_one_trace(aws, collected, tmp_path):
    import_ = upload(HEADER + lines(3))
    with (tmp_path / "worker.log").open("wb") as output:
        worker = subprocess.Popen(tethered(*WORKER.split()), cwd=ROOT, stdout=output, stderr=output)
    wait_until(lambda: Import.objects.get(pk=import_.pk).state == State.DONE, worker)
    stop(worker)
    spans.flush()

    [write] = collected.named("DynamoDB.BatchExecuteStatement")
    assert collected.above(write) == [
        "DynamoDB.BatchExecuteStatement",
        "ingestion.write_chunk",
        "ingestion.plan_import",
        "POST /api/imports/",
    ]
    assert {span.trace for span in collected.spans} == {write.trace}
    assert {"S3.GetObject", "SQS.SendMessage"} <= {span.name for span in collected.spans}
    [request] = collected.named("POST /api/imports/")
    assert (request.parent, request.attributes["http.response.status_code"]) == ("", 201)
    [chunk] = collected.named("ingestion.write_chunk")
    assert chunk.attributes == {"sluice.import_id": str(import_.pk), "sluice.chunk": 1}
    assert collected.services == {"sluice"}


@pytest.mark.django_db
def test_the_trace_of_a_caller_goes_on(aws, collected):
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    upload(HEADER, traceparent=f"00-{trace}-{caller}-01")
    upload(HEADER, traceparent="00-nonsense")
    spans.flush()

    first, second = collected.named("POST /api/imports/")
    assert (first.trace, first.parent) == (trace, caller)
    assert (second.trace != trace, second.parent) == (True, "")


@pytest.mark.django_db
def test_an_error_is_told_by_its_class_alone(aws, collected):
    with pytest.raises(ValueError, match="secret"), spans.span("work"):
        raise ValueError("a secret")
    spans.flush()

    [work] = collected.named("work")
    assert (work.is_failed, work.attributes) == (True, {"error.type": "ValueError"})


def test_requests_of_nobody_make_no_trace(aws, collected):
    clients.sqs_client().list_queues()
    spans.flush()

    assert collected.spans == []


@pytest.mark.parametrize(
    ("variables", "is_on"),
    [
        ({}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_are_off_unless_a_collector_is_named(monkeypatch, variables, is_on):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert spans.is_on() is is_on


def test_nothing_of_the_library_is_loaded_when_they_are_off():
    code = (
        "import sys, django; django.setup(); import project.urls, project.celery, project.wsgi;"
        "from common.tracing import spans\n"
        "with spans.span('x'): spans.carried(); spans.begun('y', 'client').end()\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'google'))])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
