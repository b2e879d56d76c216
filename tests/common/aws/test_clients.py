"""How often AWS is asked, and how long it is waited for."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as configured

from common.aws import s3
from common.aws.clients import dynamodb_client, s3_client, sqs_client, uploading_client
from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff
from ingestion.reading.object_reader import ObjectReader
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.record_kind import BUILTIN
from tests.messages_app.records import record
from tests.support.away import black_hole, point_at, refusing
from tests.support.ports import free_port

STORED = s3.StoredObject("bucket", "key", "", "etag", 100)


@pytest.fixture
def web(settings: LazySettings) -> LazySettings:
    settings.AWS_PATIENCE = "web"
    settings.AWS_WEB_READ_SECONDS = 0.2
    return settings


def config_of(client: Any) -> Any:
    return client.meta.config


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 503])
def test_a_loop_of_our_own_sends_each_attempt_once(settings: LazySettings, status: int) -> None:
    attempts: list[str] = []
    with refusing(status) as aws:
        point_at(settings, aws.url)
        events = dynamodb_client("once").meta.events
        events.register("before-call", lambda model, **_: attempts.append(model.name))
        with pytest.raises(ServiceError):
            BUILTIN.repository.insert_many([record()], "keep", Deadline(1))
    assert aws.requests == len(attempts) > 1


def test_an_object_that_is_read_is_asked_for_once_an_attempt(settings: LazySettings) -> None:
    attempts: list[str] = []
    with refusing() as aws:
        point_at(settings, aws.url)
        events = s3_client("once").meta.events
        events.register("before-call", lambda model, **_: attempts.append(model.name))
        with pytest.raises(ServiceError), ObjectReader(STORED, Deadline(1)) as reader:
            reader.read(10)
    assert aws.requests == len(attempts) > 1


@pytest.mark.parametrize("patience", ["worker", "web"])
def test_where_there_is_no_loop_the_client_asks_again(
    settings: LazySettings, patience: str
) -> None:
    settings.AWS_PATIENCE = patience
    with refusing(503) as aws:
        point_at(settings, aws.url)
        with pytest.raises(ServiceError):
            s3.head("bucket", "key")
    assert aws.requests == configured.AWS_ATTEMPTS


def test_a_task_is_sent_by_one_layer_of_attempts(settings: LazySettings) -> None:
    with refusing(503) as aws:
        point_at(settings, aws.url)
        with pytest.raises(ServiceError):
            CeleryQueue().plan("import")
    assert aws.requests == configured.AWS_ATTEMPTS


def test_what_is_refused_for_good_is_asked_once_in_the_web(web: LazySettings) -> None:
    with refusing(403) as aws:
        point_at(web, aws.url)
        with pytest.raises(ServiceError):
            s3.put("bucket", "key", b"", "text/csv")
    assert aws.requests == 1


def test_the_web_does_not_wait_twice_for_an_answer(web: LazySettings) -> None:
    with black_hole() as aws:
        point_at(web, aws.url)
        with pytest.raises(ServiceError) as caught:
            s3.head("bucket", "key")
    assert (aws.requests, caught.value.code) == (1, "ReadTimeoutError")


@pytest.mark.django_db
def test_nor_does_a_loop_whose_next_attempt_would_not_end_in_time(web: LazySettings) -> None:
    with black_hole() as aws:
        point_at(web, aws.url)
        with pytest.raises(ServiceError):
            BUILTIN.repository.existing([record()], Deadline(0.3))
    assert aws.requests == 1


def test_a_closed_port_is_given_up_soon(web: LazySettings) -> None:
    point_at(web, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ServiceError) as caught:
        s3.head("bucket", "key")
    assert caught.value.code == "EndpointConnectionError"


def test_an_attempt_that_would_take_too_long_is_not_begun() -> None:
    now = 100.0
    backoff = Backoff(Deadline(10, lambda: now), lambda _: None)
    now += 6
    passing = ServiceError("no answer", "ReadTimeoutError", permanent=False)
    with pytest.raises(ServiceError):
        backoff.pause(passing)


def test_the_web_gives_up_within_five_seconds_and_workers_do_not(settings: LazySettings) -> None:
    settings.AWS_PATIENCE = "web"
    for client in (s3_client(), sqs_client(), dynamodb_client(), dynamodb_client("once")):
        config = config_of(client)
        assert config.connect_timeout + config.read_timeout <= 5
        assert config.retries["total_max_attempts"] == 1
    assert config_of(uploading_client()).read_timeout == configured.AWS_READ_SECONDS
    settings.AWS_PATIENCE = "worker"
    assert config_of(s3_client()).retries["total_max_attempts"] == configured.AWS_ATTEMPTS
    assert config_of(s3_client("once")).retries["total_max_attempts"] == 1
