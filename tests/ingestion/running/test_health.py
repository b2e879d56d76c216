"""Whether the parts answer, and who is at work: for the overview and for ``/readyz``."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from celery.signals import worker_shutdown
from django.conf import LazySettings
from django.conf import settings as configured
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from kombu import Connection

from common.aws.clients import dynamodb_client
from ingestion.aws import sqs
from ingestion.models import Heartbeat
from ingestion.running import health
from ingestion.running.heartbeats import BEAT_SECONDS, Heart, Kind, silence_allowed
from ingestion.running.listener import Listener
from project.sqs_transport import Transport
from tests.ingestion.helpers import HEADER, Tasks, lines, put
from tests.support.processes import ROOT

PARTS = ["database", "table", "queues", "bucket"]


def said_of(name: str) -> tuple[bool, str]:
    check = next(one for one in health.processes() if one.name == name)
    return check.is_ok, check.sentence


def test_all_parts_answer_and_nobody_has_to_log_in(aws: str, client: Client, db: None) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "parts": dict.fromkeys(PARTS, "ok")}
    assert "no-cache" in response["Cache-Control"]


def test_of_what_answers_that_is_said(aws: str, db: None) -> None:
    assert [(one.name, one.is_ok, one.sentence) for one in health.services()] == [
        ("database", True, "The database answers."),
        ("table", True, f"The table {configured.MESSAGES_TABLE} answers."),
        ("queues", True, "The queues answer."),
        ("bucket", True, f"The bucket {configured.DATA_BUCKET} answers."),
    ]


def test_what_is_missing_is_named_without_telling_more(aws: str, client: Client, db: None) -> None:
    dynamodb_client().delete_table(TableName=configured.MESSAGES_TABLE)

    response = client.get("/readyz")

    assert response.status_code == 503
    wrong = [name for name, said in response.json()["parts"].items() if said != "ok"]
    assert wrong == ["table"]
    assert configured.MESSAGES_TABLE not in response.content.decode()


def test_without_aws_only_the_database_answers(aws_away: None, client: Client, db: None) -> None:
    parts = client.get("/readyz").json()["parts"]

    assert parts == {**dict.fromkeys(PARTS, "no answer"), "database": "ok"}


def test_without_its_database_it_is_not_ready(embedded_aws: str) -> None:
    ask = (
        "import django; django.setup();"
        "from django.test import Client;"
        "answer = Client().get('/readyz');"
        "print(answer.status_code, answer.content.decode())"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
        "DJANGO_SETTINGS_MODULE": "project.settings",
    }
    command = [sys.executable, "-c", ask]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    status, _, body = done.stdout.strip().splitlines()[-1].partition(" ")
    assert status == "503"
    assert json.loads(body)["parts"]["database"] == "no answer"


def test_people_are_told_what_to_do_about_a_missing_part(bare_aws: str, db: None) -> None:
    sentences = {check.name: check.sentence for check in health.services() if not check.is_ok}

    assert set(sentences) == {"table", "queues", "bucket"}
    for sentence in sentences.values():
        assert sentence.endswith("is not there. Run `python manage.py provision`.")
    assert configured.MESSAGES_TABLE in sentences["table"]
    assert sentences["queues"].startswith(f"The queue {sqs.queue_names()[0]} ")


@contextmanager
def refusing(about: str) -> Iterator[None]:
    """A database that takes no statement about that."""

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if about in sql:
            raise DatabaseError("disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("", "The database does not answer. Check DATABASE_URL, and whether the database runs."),
        ("heartbeat", "The database cannot be written (disk is full). Is its disk full, or is it"),
    ],
)
def test_a_database_that_cannot_be_read_or_written_is_told_of(
    aws_away: None, db: None, about: str, said: str
) -> None:
    with refusing(about):
        [check] = [one for one in health.services() if one.name == "database"]

    assert not check.is_ok
    assert check.sentence.startswith(said)


def test_the_services_are_asked_once_in_a_while_or_when_they_are_forgotten(
    aws_away: None, db: None
) -> None:
    first = health.recent_services()

    assert health.recent_services() is first
    health.forget_services()
    assert health.recent_services() is not first


def test_dead_letters_of_all_queues_are_counted(aws: str) -> None:
    for name in sqs.queue_names():
        sqs.send(sqs.queue_url(sqs.dead_letter_queue(name)), "a letter")

    assert health.dead_letters_waiting() == 3


def test_without_queues_the_number_of_dead_letters_is_not_known(aws_away: None) -> None:
    assert health.dead_letters_waiting() is None


def test_a_process_is_at_work_until_it_says_nothing_for_too_long(db: None) -> None:
    assert said_of("workers") == (False, "No worker has been seen yet. Imports wait for one.")
    now = timezone.now()
    Heartbeat.objects.create(pk="w0", kind=Kind.WORKER, at=now - timedelta(seconds=2))
    is_ok, sentence = said_of("workers")
    assert is_ok
    assert sentence.startswith("1 worker is at work, last seen ")
    assert sentence.endswith(" seconds ago.")
    Heartbeat.objects.create(pk="w1", kind=Kind.WORKER, at=now)
    Heartbeat.objects.create(pk="l", kind=Kind.LISTENER, at=now)
    assert said_of("listener") == (True, "The listener is at work, last seen just now.")
    assert said_of("workers") == (True, "2 workers are at work, last seen just now.")

    Heartbeat.objects.update(at=now - silence_allowed() - timedelta(seconds=1))

    is_ok, sentence = said_of("workers")
    assert not is_ok
    assert sentence.startswith("No worker has been seen since ")


def test_a_worker_in_its_longest_task_still_counts() -> None:
    longest = configured.TASK_SECONDS + configured.AWS_ATTEMPTS * configured.AWS_READ_SECONDS

    assert silence_allowed().total_seconds() > longest + BEAT_SECONDS


def test_a_process_may_say_nothing_for_half_a_tasks_visibility_and_two_beats(
    settings: LazySettings,
) -> None:
    settings.VISIBILITY_SECONDS = 100
    assert silence_allowed() == timedelta(seconds=50 + 2 * 15)


def test_a_process_writes_no_more_often_than_needed(db: None) -> None:
    now = 100.0
    heart = Heart(Kind.LISTENER, clock=lambda: now)
    heart.beat()
    first = Heartbeat.objects.get()
    assert gethostname() in first.name

    now += 14
    heart.beat()
    assert Heartbeat.objects.get().at == first.at

    now += 1
    heart.beat()
    assert Heartbeat.objects.get().at > first.at


def test_processes_that_ended_long_ago_are_forgotten(db: None) -> None:
    for name, hours in (("old", 25), ("young", 23)):
        at = timezone.now() - timedelta(hours=hours)
        Heartbeat.objects.create(pk=name, kind=Kind.LISTENER, at=at)

    Heart(Kind.WORKER).beat()

    names = Heartbeat.objects.filter(kind=Kind.LISTENER).values_list("pk", flat=True)
    assert list(names) == ["young"]


@pytest.mark.django_db(transaction=True)
def test_a_database_without_an_answer_stops_no_process(
    settings: LazySettings, tmp_path: Path
) -> None:
    alive = tmp_path / "heartbeat"
    settings.HEARTBEAT_FILE = str(alive)
    heart = Heart(Kind.WORKER)
    with refusing("heartbeat"):
        heart.beat()
        heart.stop()

    assert not Heartbeat.objects.exists()
    assert alive.exists()  # a container is not ended for it


@pytest.mark.django_db(transaction=True)
def test_a_listener_is_heard_of_while_it_runs(aws: str, settings: LazySettings) -> None:
    settings.POLL_SECONDS = 0
    heard = []

    class OneFile(Tasks):
        def plan(self, import_id: str) -> None:
            heard.append(said_of("listener")[0])
            listener.stop()

    listener = Listener(OneFile())
    put(HEADER + lines(1))
    listener.run()

    assert heard == [True]
    assert said_of("listener")[0] is False


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_heard_of_when_it_waits_for_tasks_until_it_ends() -> None:
    with Connection("sqs://", transport=Transport) as waiting, pytest.raises(TimeoutError):
        waiting.transport.drain_events(waiting, timeout=0)
    assert said_of("workers")[0]

    worker_shutdown.send(sender=None)

    assert not said_of("workers")[0]
