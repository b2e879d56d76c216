"""Real processes behind a proxy that breaks requests; their output is shown when a test fails."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import Processes
from tests.faults.proxy import FaultProxy
from tests.faults.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("faults")


@pytest.fixture
def idle_stack(aws: str, transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    """A stack of which no process runs yet."""
    proxy = FaultProxy(aws)
    processes = Processes(proxy.url, tmp_path)
    processes.manage("provision")  # corrects the queues' visibility timeout
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
