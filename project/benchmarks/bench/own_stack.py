"""A stack for benchmarks alone: bin/up in a folder that is deleted afterwards, on free ports."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from project.benchmarks.ports import free_port
from project.local.services import ROOT
from project.local.settings_file import process_environment, read_settings

_START_SECONDS = 180
_STOP_SECONDS = 90
_LOOK_SECONDS = 0.2
# Nobody is slowed down by what protects a server from its users.
_NO_LIMIT = "1000000"


@contextmanager
def running(workers: int) -> Iterator[int]:
    """The process id of its supervisor, while it runs. Its settings are this process's then."""
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder:
        process = _started(Path(folder), workers)
        try:
            settings = read_settings(Path(folder) / "data" / "env")
            environment = process_environment(settings, os.environ)
            os.environ.clear()
            os.environ.update(environment)
            os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
            os.environ["API_REQUESTS_A_MINUTE"] = os.environ["API_EXPORTS_A_MINUTE"] = _NO_LIMIT
            yield process.pid
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _started(folder: Path, workers: int) -> "subprocess.Popen[bytes]":
    ports = [free_port() for _ in range(2)]
    command = [sys.executable, "-P", "-m", "project.local.up", "--no-sample"]
    command += ["--workers", str(workers), "--data-dir", str(folder / "data")]
    command += ["--port", str(ports[0]), "--aws-port", str(ports[1])]
    path = folder / "output"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with path.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    deadline = time.monotonic() + _START_SECONDS
    while "\nready " not in (printed := path.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise RuntimeError(f"the stack did not start:\n{printed[-2000:]}")
        time.sleep(_LOOK_SECONDS)
    return process
