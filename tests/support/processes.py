"""Processes that tests start: on loopback ports, ended by their id."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DIE_WITH_PARENT = ROOT / "project" / "local" / "processes" / "die_with_parent.py"
# Only against a test that would never end; nothing is measured with it.
PATIENCE_SECONDS = 180

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start_embedded_aws(port: int, *options: str) -> "subprocess.Popen[bytes]":
    """The embedded AWS with these options, answering; it dies with the test process."""
    process = subprocess.Popen(
        tethered("-m", "project.local.emulator.server", "--port", str(port), *options), cwd=ROOT
    )
    wait_until(lambda: responses(f"http://127.0.0.1:{port}/_ministack/health"), process)
    return process


def start_embedded_table(port: int, *options: str) -> "subprocess.Popen[bytes]":
    """The embedded table with these options, answering; it dies with the test process."""
    process = subprocess.Popen(
        tethered("-m", "project.local.table.server", "--port", str(port), *options), cwd=ROOT
    )
    wait_until(lambda: responses(f"http://127.0.0.1:{port}"), process)
    return process


def tethered(*arguments: str) -> list[str]:
    """The command that runs Python with these arguments, and ends it with the test process."""
    return [sys.executable, str(DIE_WITH_PARENT), sys.executable, *arguments]


def wait_until(
    condition: Callable[[], object], process: "subprocess.Popen[bytes] | None" = None
) -> None:
    """Wait for something; fail when the process ends meanwhile, or after a long time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process is None or process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def responses(url: str) -> bool:
    """Whether a server answers with a success."""
    try:
        with _opener.open(url, timeout=5):
            return True
    except OSError:
        return False


def post(url: str) -> int:
    """The status of an empty POST."""
    try:
        with _opener.open(urllib.request.Request(url, method="POST"), timeout=30) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Ask a process to stop and wait for it. Returns its exit code."""
    process.terminate()
    return process.wait(PATIENCE_SECONDS)
