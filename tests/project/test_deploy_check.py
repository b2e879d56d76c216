"""``manage.py check --deploy``: nothing to say about good settings, and a sentence for each bad."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.checks import run_checks

from common.checks import WITHOUT_PAGES
from tests.support.processes import ROOT

pytestmark = pytest.mark.processes

KEY = "vT3s0zqk9vXbR7mJcQ2nLwE8yHgF5dUaPoIi1KxTzSrMlNbCq4"
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": KEY,
    "DATA_BUCKET": "data-of-the-network",
    "ALLOWED_HOSTS": "sluice.example.org",
    "DATABASE_URL": "postgres://sluice:password@database.example.org/sluice",
    "TRUSTED_PROXIES": "1",
}


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_settings_pass_without_a_word() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "System check identified no issues (0 silenced)." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATA_BUCKET"])
def test_what_must_be_set_has_no_default(missing: str) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}

    done = manage("check", **environment)

    assert done.returncode != 0
    assert f"{missing} is not set." in done.stderr


def test_no_larger_upload_is_allowed_than_s3_takes_parts() -> None:
    most = 10_000 * settings.UPLOAD_PART_BYTES

    assert manage("check", **PRODUCTION, MAX_UPLOAD_BYTES=str(most)).returncode == 0
    done = manage("check", **PRODUCTION, MAX_UPLOAD_BYTES=str(most + 1))

    assert done.returncode != 0
    assert "MAX_UPLOAD_BYTES" in done.stderr


@pytest.fixture
def production(settings: LazySettings) -> LazySettings:
    """The settings of production in this process, as far as checks read them."""
    settings.SECRET_KEY = KEY
    settings.ALLOWED_HOSTS = ["sluice.example.org"]
    settings.AWS_ENDPOINT_URL = None
    settings.AWS_ENDPOINT_URL_DYNAMODB = None
    settings.HTTPS = True
    settings.TRUSTED_PROXIES = 1
    return settings


ALWAYS = [
    ({"SECRET_KEY": "short"}, "project.E001"),
    ({"ALLOWED_HOSTS": ["*"]}, "project.E002"),
]
IN_PRODUCTION = [
    ({"SECRET_KEY": "only-for-tests-" + KEY}, "project.E003"),
    ({"SECRET_KEY": "django-insecure-" + KEY}, "project.E003"),
    ({"DEBUG": True}, "project.E004"),
    ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "project.E005"),
    ({"TRUSTED_PROXIES": 0}, "project.I001"),
    ({"ALLOWED_HOSTS": []}, "security.W020"),
]


def found(*, deploy: bool) -> set[str | None]:
    return {one.id for one in run_checks(tags=["security"], include_deployment_checks=deploy)}


@pytest.mark.parametrize(("change", "name"), [*ALWAYS, *IN_PRODUCTION])
def test_a_mistake_is_found(change: dict[str, Any], name: str, production: LazySettings) -> None:
    assert name not in found(deploy=True)

    for setting, value in change.items():
        setattr(production, setting, value)

    assert name in found(deploy=True)


@pytest.mark.parametrize(("change", "name"), ALWAYS)
def test_the_worst_mistakes_are_found_by_every_command(
    change: dict[str, Any], name: str, production: LazySettings
) -> None:
    for setting, value in change.items():
        setattr(production, setting, value)

    assert name in found(deploy=False)


def test_one_machine_may_do_without_https_and_with_the_embedded_aws(
    production: LazySettings,
) -> None:
    production.HTTPS = False
    production.DEBUG = True
    production.AWS_ENDPOINT_URL = "http://127.0.0.1:4566"
    production.ALLOWED_HOSTS = ["*"]

    assert not {name for name in found(deploy=True) if name and name.startswith("project.")}


def test_an_sqlite_file_is_mentioned_and_no_fault() -> None:
    sqlite = {**PRODUCTION, "DATABASE_URL": "sqlite:///sluice.sqlite3"}

    done = manage("check", "--deploy", "--fail-level", "WARNING", **sqlite)

    assert done.returncode == 0
    assert "must run on one machine" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("sweep", "code", "said"),
    [
        ({"SWEEP_MINUTES": "60", "SWEEP_PREFIX": "incoming/"}, 0, "no issues"),
        ({"SWEEP_MINUTES": "often"}, 1, "SWEEP_MINUTES must be a whole number from 0 to 10080"),
        ({"SWEEP_MINUTES": "60", "SWEEP_PREFIX": "_sluice/staged/"}, 1, "project.E006"),
        ({"SWEEP_MINUTES": "60", "SWEEP_PREFIX": "é" * 513}, 1, "project.E006"),
        ({"SWEEP_PREFIX": "incoming/"}, 0, "project.W001"),
    ],
)
def test_a_sweep_that_would_find_nothing_is_told(
    sweep: dict[str, str], code: int, said: str
) -> None:
    done = manage("check", **PRODUCTION, **sweep)

    assert said in done.stdout + done.stderr
    assert done.returncode == code


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("answers", "no issues"),
        ("sluice-message-inbox", "project.E007"),
        ("sluice-celery-dead-letters", "project.E007"),
    ],
)
def test_answers_to_a_queue_of_sluice_itself_are_told(queue: str, said: str) -> None:
    done = manage("check", **PRODUCTION, INBOX_REPLY_QUEUES=queue)

    assert said in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MESSAGE_INBOX_QUEUE", "no issues"),
        ("BUCKET_EVENTS_QUEUE", "project.E008"),
        ("CELERY_QUEUE", "project.E008"),
    ],
)
def test_a_fifo_queue_that_can_be_none_is_told(name: str, said: str) -> None:
    done = manage("check", **{**PRODUCTION, name: "sluice.fifo"})

    assert said in done.stdout + done.stderr


@pytest.mark.parametrize("setting", ["BUCKET_EVENTS_QUEUE", "CELERY_QUEUE"])
def test_processes_without_pages_look_at_their_queues_too(
    setting: str, settings: LazySettings
) -> None:
    setattr(settings, setting, "tasks.fifo")
    assert "project.E008" in {one.id for one in run_checks(tags=WITHOUT_PAGES)}
