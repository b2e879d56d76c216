"""``manage.py invoke``: the serverless demo's sample events, and ours beside them, answered by the
running stack."""

import base64
import json
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson
from django.conf import settings as configured

from ingestion.aws import sqs
from ingestion.dead_letters import inbox
from ingestion.models import Import
from ingestion.running.s3_events import created_objects
from project.local.invoke import http_event, s3_event, sample, sqs_event
from project.local.invoke.answer import InvokeResponse, NotInvoked
from project.local.invoke.web import Web
from project.local.options import Options
from project.local.settings_file import read_settings, write_settings
from tests.ingestion.helpers import HEADER, put
from tests.local.test_up import Stack, stack  # noqa: F401 - a fixture
from tests.support.ports import free_port
from tests.support.processes import ROOT, wait_until

EVENTS = ROOT / "sample_data" / "events"
S3, SQS = EVENTS / "event_s3ObjectCreated.json", EVENTS / "event_sqsPostMessage.json"


class Recorder:
    """In place of the web."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def ask(self, method: str, path: str, body: str = "", content_type: str = "") -> InvokeResponse:
        self.asked.append((method, path, body, content_type))
        return InvokeResponse(200, "{}")


def asked(**changes: Any) -> tuple[str, ...]:
    """The request that an event becomes."""
    event = {"httpMethod": "GET", "path": "/message", "body": None, "pathParameters": None}
    web = Recorder()
    assert http_event.invoke(event | changes, web) == InvokeResponse(200, "{}")
    (request,) = web.asked
    return request


@pytest.mark.stack
def test_every_sample_event_is_answered_by_the_running_stack(stack: Stack) -> None:  # noqa: F811
    def invoke(path: Path) -> tuple[int, Any]:
        line = stack.shell(f"python manage.py invoke {shlex.quote(str(path))}")
        answer = json.loads(line)
        body = answer["body"]
        return answer["statusCode"], simplejson.loads(body, use_decimal=True) if body else ""

    def of_demo(name: str) -> tuple[int, Any]:
        return invoke(EVENTS / f"event_{name}.json")

    stack.start_until_ready()
    seen = {"deleteMessage", "getMessage", "getMessages", "postMessage", "putMessage"}
    demo = {f"event_{name}.json" for name in seen}
    assert {path.name for path in EVENTS.iterdir()} == {*demo, S3.name, SQS.name}

    assert of_demo("getMessage") == (200, {})
    assert of_demo("postMessage") == (201, {})
    assert of_demo("putMessage") == (204, "")
    code, body = of_demo("getMessage")
    assert (code, body["Item"]["remote_avg"]) == (200, Decimal(9))
    code, body = of_demo("getMessages")
    assert (code, body["Count"]) == (200, 21)
    assert of_demo("deleteMessage") == (200, {})
    assert of_demo("getMessage") == (200, {})

    code, body = invoke(S3)
    (imported,) = stack.sample_imports()
    assert (code, body["id"], body["receipt"]["written"]) == (200, imported["id"], 20)

    code, (sent,) = invoke(SQS)
    assert (code, sent["queue"]) == (200, "sluice-message-inbox")
    wait_until(lambda: stack.api("/api/messages/?date=2000-01-02")["results"])
    (record,) = stack.api("/api/messages/?date=2000-01-02")["results"]
    assert (record["time"], record["local_avg"]) == ("06:45:43", 7.31)
    assert record["origin"]["queue"] == sent["queue"]
    assert record["origin"]["message"] == sent["MessageId"]
    assert stack.stop() == 0


def test_an_event_becomes_the_request_that_api_gateway_had() -> None:
    assert asked(
        httpMethod="PUT",
        pathParameters={"date": "2000-01-01"},
        queryStringParameters={"time": "06:45:43"},
        body='{"a": 1}',
        isBase64Encoded=True,
    ) == ("PUT", "/message/2000-01-01?time=06%3A45%3A43", '{"a": 1}', "application/json")


@pytest.mark.parametrize("path", ["/message/2000-01-01", "/message"])
def test_a_path_has_its_parameters_once(path: str) -> None:
    assert asked(path=path, pathParameters={"date": "2000-01-01"})[1] == "/message/2000-01-01"


def test_a_body_that_is_base64_is_decoded() -> None:
    body = base64.b64encode("é".encode()).decode()
    headers = {"content-type": "text/csv"}
    assert asked(httpMethod="POST", body=body, isBase64Encoded=True, headers=headers)[2:] == (
        "é",
        "text/csv",
    )


def test_parameters_that_come_several_times_are_all_sent() -> None:
    many = {"source": ["a b", "c"]}
    request = asked(queryStringParameters={"source": "c"}, multiValueQueryStringParameters=many)
    assert request[1] == "/message?source=a+b&source=c"


def test_a_scan_reads() -> None:
    assert asked(httpMethod="SCAN")[0] == "GET"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"httpMethod": "BREW", "path": "/"}, "httpMethod must be one of"),
        ({"httpMethod": "GET", "path": "/", "headers": ["x"]}, "headers must be an object"),
        ({"httpMethod": "GET", "path": "/", "body": {"a": 1}}, "body must be a text"),
    ],
)
def test_what_is_no_request_is_told(event: dict[str, Any], said: str) -> None:
    with pytest.raises(NotInvoked, match=said):
        http_event.invoke(event, Recorder())


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({}, "not one of API Gateway"),
        ({"Records": []}, "not one of API Gateway"),
        ({"Records": [{"eventSource": "aws:dynamodb"}]}, "not one of API Gateway"),
        ({"Records": [{"eventSource": "aws:sqs"}, {"eventSource": "aws:s3"}]}, "not one of API"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, "not a message of SQS"),
        ({"Records": [{"eventSource": "aws:sqs", "body": 7}]}, "must be a text"),
        ({"Records": [{"eventSource": "aws:s3"}]}, "without bucket and key"),
    ],
)
def test_an_event_of_another_kind_is_told(event: dict[str, Any], said: str) -> None:
    with pytest.raises(NotInvoked, match=said):
        sample.invoke(event, {"SLUICE_TOKEN": "x"})


@pytest.mark.parametrize(
    ("content", "said"),
    [("[]", "is not an event"), ("x", "is not JSON"), ("[" * 30_000, "is not JSON")],
)
def test_a_file_that_is_no_event_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "event.json"
    with pytest.raises(NotInvoked, match="cannot be read"):
        sample.read(path)
    path.write_text(content)
    with pytest.raises(NotInvoked, match=said):
        sample.read(path)


def test_a_stack_that_is_not_there_is_told() -> None:
    with pytest.raises(NotInvoked, match=r"does not answer. Is bin/up running\?"):
        Web(f"http://127.0.0.1:{free_port()}", "token").ask("GET", "/message")


def test_the_token_comes_from_its_file_or_straight(tmp_path: Path) -> None:
    path = tmp_path / "token"
    environment = {"SLUICE_TOKEN_FILE": str(path)}
    with pytest.raises(NotInvoked, match="There is no API token"):
        Web.of_environment(environment)
    path.write_text("of the file\n")
    assert Web.of_environment(environment) == Web("http://127.0.0.1:8000", "of the file")
    straight = environment | {"SLUICE_TOKEN": "straight", "SLUICE_URL": "http://there/"}
    assert Web.of_environment(straight) == Web("http://there", "straight")


def test_the_settings_of_the_stack_are_read_as_a_shell_reads_them(tmp_path: Path) -> None:
    options = Options(1234, 4566, 4567, tmp_path / "data dir", sample=False, demo=False, workers=1)
    options.data_dir.mkdir()
    written = write_settings(options, {}, has_table=False)
    assert read_settings(options.data_dir / "env") == written
    assert written["SLUICE_URL"] == "http://127.0.0.1:1234"
    assert read_settings(tmp_path / "none") == {}


def test_an_object_that_is_not_there_is_404(aws: str) -> None:
    answer = s3_event.invoke(json.loads(S3.read_text()), Recorder())
    assert answer.status == 404
    assert "There is no object s3://sluice-data/samples/data.csv." in answer.body


@pytest.mark.django_db
def test_an_object_is_announced_as_it_is_in_the_bucket(aws: str) -> None:
    stored = put(HEADER, key="samples/data.csv")
    import_ = Import.objects.create(
        bucket=stored.bucket, key=stored.key, identity=stored.identity, state="done"
    )
    event = json.loads(S3.read_text())
    s3 = event["Records"][0]["s3"]
    s3["bucket"]["name"] = stored.bucket
    s3["object"]["sequencer"] = "FF"  # of no real object
    url = sqs.queue_url(configured.BUCKET_EVENTS_QUEUE)
    sqs.delete(url, sqs.receive(url, wait_seconds=0))
    web = Recorder()

    assert s3_event.invoke(event, web).status == 200
    assert web.asked == [("GET", f"/api/imports/{import_.pk}/", "", "")]
    (delivery,) = sqs.receive(url, wait_seconds=0)
    (announced,) = created_objects(delivery.body)
    assert (announced.identity, announced.etag) == (stored.identity, stored.etag)
    assert (announced.size, announced.sequencer) == (stored.size, "")


def test_messages_go_to_their_queue_with_their_attributes(aws: str) -> None:
    event = json.loads(SQS.read_text())
    event["Records"][0]["eventSourceARN"] = f"arn:aws:sqs:r:1:{configured.CELERY_QUEUE}"
    (sent,) = json.loads(sqs_event.invoke(event).body)
    url = sqs.queue_url(configured.MESSAGE_INBOX_QUEUE)
    (delivery,) = sqs.receive(url, wait_seconds=0)
    assert (sent["queue"], sent["MessageId"]) == (configured.MESSAGE_INBOX_QUEUE, delivery.id)
    assert inbox.method_of(delivery.attributes) == "POST"
    assert inbox.fault_of("POST", delivery.body) == ""
