"""The running API against its own OpenAPI document: schemathesis makes up requests from it, right
and wrong ones, alone and one after the other, and checks what is answered.

``SLUICE_SCHEMATHESIS`` has further options for it, such as ``--seed 7 --max-examples 100``.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from tests.support.ports import free_port
from tests.support.processes import ROOT, responses, stop, tethered, wait_until

pytestmark = pytest.mark.schemathesis

OPTIONS = [
    # All checks are the default; named here, they would count more than what the file says of them.
    *("--phases", "examples,coverage,fuzzing,stateful"),
    *("--seed", "1", "--max-examples", "10", "--generation-database", "none", "--no-color"),
]


@pytest.fixture
def server(aws: str, transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of a web server like that of a production."""
    url = f"http://127.0.0.1:{free_port()}"
    bind = url.removeprefix("http://")
    command = tethered("-m", "gunicorn", "project.wsgi", "--bind", bind, "--no-control-socket")
    command += ["--workers", "2", "--threads", "4"]
    # Wrong tokens are part of what is tried.
    environment = {**os.environ, "LOGIN_ATTEMPTS": "1000"}
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_until(lambda: responses(f"{url}/healthz"), process)
        yield url
        stop(process)


def test_requests_that_are_made_up_from_the_document_find_no_fault(
    server: str, tmp_path: Path
) -> None:
    _, token = AuthToken.objects.create(User.objects.create_superuser("kim"))
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", str(ROOT / "schemathesis.toml"), "run", f"{server}/api/schema/"]
    command += OPTIONS + shlex.split(os.environ.get("SLUICE_SCHEMATHESIS", ""))

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SLUICE_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
