"""Real processes behind a proxy that breaks requests; their output is shown when a test fails."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from common.aws.clients import sqs_client
from ingestion.aws.sqs import queue_names
from tests.faults.processes import LIMITS, Processes
from tests.faults.proxy import FaultProxy
from tests.faults.stack import Stack, queue_url
from tests.support.processes import ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("faults")


@pytest.fixture(scope="session")
def visibility_seconds() -> str:
    """The visibility timeout that follows from the limits of the processes."""
    code = "from project import settings; print(settings.VISIBILITY_SECONDS)"
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **LIMITS}
    return subprocess.check_output(command, cwd=ROOT, env=environment, text=True).strip()


@pytest.fixture
def idle_stack(
    aws: str, visibility_seconds: str, transactional_db: None, tmp_path: Path
) -> Iterator[Stack]:
    """A stack of which no process runs yet."""
    for queue in queue_names():
        sqs_client().set_queue_attributes(
            QueueUrl=queue_url(queue), Attributes={"VisibilityTimeout": visibility_seconds}
        )
    proxy = FaultProxy(aws, settings.AWS_ENDPOINT_URL_DYNAMODB)
    processes = Processes(proxy.url, tmp_path)
    yield Stack(proxy, processes)
    processes.kill("")
    proxy.stop()


@pytest.fixture
def stack(idle_stack: Stack) -> Stack:
    """A stack with two workers and a listener, all of them at work."""
    idle_stack.start()
    return idle_stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    stack = item.funcargs.get("idle_stack")
    if report.failed and stack is not None:
        report.sections.append(("Processes", stack.processes.output()))
    return report
