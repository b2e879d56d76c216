"""Fixtures for all tests. ``aws`` is a real (embedded) AWS, provisioned and empty."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings, settings

from common.aws import sqs_client
from ingestion.aws.provision import provision
from ingestion.running import health
from project.local.emulator.ministack_state import RESET_PATH
from project.local.emulator.rewindable import REMEMBER_PATH, REWIND_PATH
from tests.environment import AWS_PORT, WEB_PORT
from tests.support.ports import free_port
from tests.support.processes import post, start_embedded_aws, stop
from tests.support.scheduling import Scheduling


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that touch SQL, for ``bin/test --postgres``."""
    databases = {"db", "transactional_db", "live_server"}
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or databases & fixtures:
            item.add_marker("sql")


@pytest.fixture(scope="session")
def embedded_aws() -> Iterator[str]:
    """The URL of this process's embedded AWS, in the state that the last test left."""
    process = start_embedded_aws(AWS_PORT, "--in-memory", "--web-port", str(WEB_PORT))
    yield f"http://127.0.0.1:{AWS_PORT}"
    stop(process)


@pytest.fixture(scope="session", autouse=True)
def quick_web() -> None:
    """Each test client makes the middleware anew, and many tests make a user: looking through all
    static files and hashing a password well take longer than most tests."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def bare_aws(embedded_aws: str) -> str:
    """An AWS without anything in it."""
    assert post(f"{embedded_aws}{RESET_PATH}") == 200
    return embedded_aws


@pytest.fixture(scope="session")
def provisioned_aws(embedded_aws: str) -> str:
    """An AWS that remembers how it is when it has just been provisioned."""
    assert post(f"{embedded_aws}{RESET_PATH}") == 200
    for _ in provision():
        pass
    # Configured events announce themselves by a message for each suffix.
    url = sqs_client().get_queue_url(QueueName=settings.BUCKET_EVENTS_QUEUE)["QueueUrl"]
    sqs_client().purge_queue(QueueUrl=url)
    assert post(f"{embedded_aws}{REMEMBER_PATH}") == 200
    return embedded_aws


@pytest.fixture
def aws(provisioned_aws: str) -> str:
    """Bucket, queues and table, all of them empty, as the settings name them."""
    assert post(f"{provisioned_aws}{REWIND_PATH}") == 200
    return provisioned_aws


@pytest.fixture
def aws_away(settings: LazySettings) -> None:
    """For whoever probes AWS: nothing listens where it should be."""
    settings.AWS_ENDPOINT_URL = f"http://127.0.0.1:{free_port()}"


@pytest.fixture(autouse=True)
def nothing_known_of_the_services() -> None:
    """What one test found of AWS and the database is not told to the next."""
    health.forget_services()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Let the test database be the very file that DATABASE_URL names to worker processes."""
    database: dict[str, Any] = settings.DATABASES["default"]
    database["TEST"] = {**database.get("TEST", {}), "NAME": str(database["NAME"])}
