"""Fixtures for all tests. ``aws`` is a real (embedded) AWS, provisioned and empty."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.test import override_settings
from structlog.contextvars import clear_contextvars

from common.aws.clients import sqs_client
from ingestion.aws.provision import provision
from ingestion.running import health
from messages_app.store.expiring import retention
from messages_app.store.pacing import pace_of
from messages_app.store.partitions import spread
from messages_app.store.provision import provision_table
from project.local.emulator.ministack_state import RESET_PATH
from project.local.emulator.rewindable import REMEMBER_PATH, REWIND_PATH
from silence import reporting
from tests.deploy import least_privilege
from tests.environment import AWS_PORT, DIRECTORY, NO_ENGINE, TABLE_PORT, WEB_PORT
from tests.support import aws_calls, postgres
from tests.support.away import point_at
from tests.support.on_postgres import is_chosen
from tests.support.ports import free_port
from tests.support.processes import post, start_embedded_aws, start_embedded_table, stop
from tests.support.scheduling import Scheduling, long_ones_first
from tests.support.table import ENGINES, EmptiedTable, on_each_engine

CALLS = DIRECTORY / "aws-calls.jsonl"
_WRONG = pytest.StashKey[list[str]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_each_engine(metafunc)


def pytest_configure(config: pytest.Config) -> None:
    """All processes of a run write down the requests to AWS in the file of the first; not once more
    on PostgreSQL."""
    os.environ.setdefault(aws_calls.FILE, str(CALLS))
    if not os.environ.get(postgres.ADDRESS):
        aws_calls.listen()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests and all modules stay to the end: the collector of garbage is not to look
    through them again and again."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the roles of deploy/ lack fails the run; so does what a whole run did not use."""
    if hasattr(session.config, "workerinput"):
        return
    path = Path(os.environ[aws_calls.FILE])
    wrong = least_privilege.report(
        aws_calls.written_down(path), is_whole_run=_is_whole(session.config)
    )
    if wrong:
        session.config.stash[_WRONG] = wrong
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for sentence in config.stash.get(_WRONG, []):
        terminalreporter.write_line(f"FAILED {sentence}")


def _is_whole(config: pytest.Config) -> bool:
    is_all = config.args_source is not pytest.Config.ArgsSource.ARGS
    return is_all and not (config.option.keyword or config.option.markexpr)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, object, object]:
    """Mark the tests that ask the embedded AWS, those that touch SQL, and among them those for
    ``bin/test --postgres``; and the order, once all marks are made and all who are left out have
    gone."""
    databases = {"db", "transactional_db", "live_server"}
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "embedded_aws" in fixtures:
            item.add_marker("aws")
        if item.get_closest_marker("django_db") or databases & fixtures:
            item.add_marker("sql")
            if is_chosen(item):
                item.add_marker("postgres")
    result = yield
    long_ones_first(items)
    return result


@pytest.fixture(scope="session")
def embedded_table() -> Iterator[EmptiedTable | None]:
    """This process's dynoxide; None where there is none."""
    if NO_ENGINE:
        yield None
        return
    process = start_embedded_table(TABLE_PORT, "--in-memory")
    yield EmptiedTable(f"http://127.0.0.1:{TABLE_PORT}")
    stop(process)


@pytest.fixture(scope="session")
def embedded_aws(embedded_table: EmptiedTable | None) -> Iterator[str]:
    """The URL of this process's embedded AWS, in the state that the last test left."""
    process = start_embedded_aws(AWS_PORT, "--in-memory", "--web-port", str(WEB_PORT))
    yield f"http://127.0.0.1:{AWS_PORT}"
    stop(process)


@pytest.fixture
def table_engine(request: pytest.FixtureRequest, settings: LazySettings) -> str:
    """Which engine serves the table: dynoxide, but where a test is for each or it is not here."""
    name: str = getattr(request, "param", ENGINES[0])
    if name == ENGINES[0] and NO_ENGINE:
        if hasattr(request, "param"):
            pytest.skip(NO_ENGINE)
        return ENGINES[1]
    if name == ENGINES[1]:
        settings.AWS_ENDPOINT_URL_DYNAMODB = None
    return name


@pytest.fixture(scope="session", autouse=True)
def quick_web() -> None:
    """Each test client makes the middleware anew, and many tests make a user: looking through all
    static files and hashing a password well take longer than most tests."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def bare_aws(embedded_aws: str, embedded_table: EmptiedTable | None, table_engine: str) -> str:
    """An AWS without anything in it."""
    assert post(f"{embedded_aws}{RESET_PATH}") == 200
    if embedded_table:
        embedded_table.empty()
    return embedded_aws


@pytest.fixture(scope="session")
def provisioned_aws(embedded_aws: str, embedded_table: EmptiedTable | None) -> str:
    """An AWS that remembers how it is when it has just been provisioned, on each engine."""
    assert post(f"{embedded_aws}{RESET_PATH}") == 200
    for _ in provision():
        pass
    if embedded_table:
        embedded_table.remember()
        with override_settings(AWS_ENDPOINT_URL_DYNAMODB=None):
            provision_table(settings.MESSAGES_TABLE)
    # Configured events announce themselves by a message for each suffix.
    url = sqs_client().get_queue_url(QueueName=settings.BUCKET_EVENTS_QUEUE)["QueueUrl"]
    sqs_client().purge_queue(QueueUrl=url)
    assert post(f"{embedded_aws}{REMEMBER_PATH}") == 200
    return embedded_aws


@pytest.fixture
def aws(provisioned_aws: str, embedded_table: EmptiedTable | None, table_engine: str) -> str:
    """Bucket, queues and table, all of them empty, as the settings name them."""
    assert post(f"{provisioned_aws}{REWIND_PATH}") == 200
    if embedded_table:
        embedded_table.rewind()
    return provisioned_aws


@pytest.fixture
def aws_away(settings: LazySettings) -> None:
    """For whoever probes AWS: nothing listens where it should be."""
    point_at(settings, f"http://127.0.0.1:{free_port()}")


@pytest.fixture(autouse=True)
def nothing_left_of_the_last_test() -> None:
    """What one test found of AWS and the database is not told to the next. That no kind has a
    retention, and none is spread, is known, as it mostly is, so that statements can be counted
    whatever time it is. Nor is a test at work in the name of the last one's request."""
    clear_contextvars()
    health.forget_services()
    pace_of.cache_clear()
    retention.known.hold({})
    reporting.known.hold({})
    spread.known.hold({})


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Let the test database be the very file that DATABASE_URL names to worker processes."""
    database: dict[str, Any] = settings.DATABASES["default"]
    database["TEST"] = {**database.get("TEST", {}), "NAME": str(database["NAME"])}


@pytest.fixture
def small_chunks(settings: LazySettings) -> None:
    """A few rows make several chunks."""
    settings.CHUNK_BYTES = 64
