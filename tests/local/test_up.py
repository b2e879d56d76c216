"""``bin/up`` from end to end: its processes, its files, and what is left of them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from project.benchmarks.rows import csv_text
from project.local.emulator.snapshots import SnapshotStore
from project.local.settings_file import process_environment
from tests.environment import NO_ENGINE
from tests.support.ports import free_port
from tests.support.processes import PATIENCE_SECONDS, ROOT, responses, wait_until

RECORD = {
    "date": "2021-06-01",
    "location": "here",
    "source": "wireless",
    "local_dest": "router",
    "local_avg": 1,
    "remote_dest": "device",
    "remote_avg": 2,
}
UPLOAD = """import boto3, os, sys
boto3.client("s3").upload_file(sys.argv[1], os.environ["DATA_BUCKET"], "large.csv")"""

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="looks for left processes in /proc"
    ),
]


class Stack:
    """``bin/up`` on a data directory and ports of its own."""

    def __init__(self, directory: Path) -> None:
        self.data_dir = directory / "data dir"
        self.log = directory / "output"
        self.port = free_port()
        self.aws_port = free_port()
        self.table_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, **environment: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "project.local.up", "--workers", "1"]
        command += ["--port", str(self.port), "--aws-port", str(self.aws_port)]
        command += ["--table-port", str(self.table_port)]
        command += ["--data-dir", str(self.data_dir), *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def run(self, *options: str, **environment: str) -> int:
        """Start it and wait for its end."""
        return self.start(*options, **environment).wait(PATIENCE_SECONDS)

    def start_until_ready(self, *options: str) -> None:
        process = self.start(*options)
        wait_until(lambda: self.is_ready or process.poll() is not None)
        assert self.is_ready, self.log.read_text()

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """End whatever is left of it."""
        for pid in self.pids():
            with suppress(ProcessLookupError):  # it ended by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()

    @property
    def is_ready(self) -> bool:
        return f"ready {self.url}" in self.lines

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def pids(self) -> list[int]:
        """All processes with this stack's settings in their environment, and its driver."""
        mark = quote(str(self.data_dir / "sluice")).encode()
        found = [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/environ")
            if mark in _content(path)
        ]
        if self.process and self.process.poll() is None:
            found.append(self.process.pid)
        return found

    def pid_of(self, *words: str) -> int | None:
        """The first process of the stack with these words in its command line."""
        for pid in sorted(self.pids()):
            command = _content(Path(f"/proc/{pid}/cmdline")).decode(errors="replace").split("\0")
            if all(word in command for word in words):
                return pid
        return None

    def shell(self, script: str) -> str:
        """The output of a script after ``. env``, as the README has it."""
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'set -eua; . "$0/env"; PATH="$1:$PATH"; {script}',
                str(self.data_dir),
                str(Path(sys.executable).parent),
            ],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def api(self, path: str) -> Any:
        with urllib.request.urlopen(self._request(path)) as response:
            return json.load(response)

    def metrics(self) -> list[str]:
        with urllib.request.urlopen(self._request("/metrics")) as response:
            lines: list[str] = response.read().decode().splitlines()
            return lines

    def create(self, record: dict[str, Any]) -> int:
        """The status of the answer to a new record."""
        with urllib.request.urlopen(self._request("/api/messages/", record)) as response:
            status: int = response.status
            return status

    def _request(self, path: str, data: Any = None) -> urllib.request.Request:
        token = (self.data_dir / "api-token").read_text().strip()
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        body = None if data is None else json.dumps(data).encode()
        return urllib.request.Request(self.url + path, body, headers)

    def sample_imports(self) -> list[dict[str, Any]]:
        return self.imports("samples/data.csv")

    def imports(self, key: str) -> list[dict[str, Any]]:
        """Those of an object."""
        return [one for one in self.api("/api/imports/")["results"] if one["key"] == key]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile
        return b""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    made = Stack(tmp_path)
    yield made
    made.kill()


def test_the_sample_is_imported_once_and_everything_is_there_after_a_restart(stack):
    stack.start_until_ready()
    assert stack.lines[-1] == f"ready {stack.url}"
    assert responses(f"{stack.url}/healthz")
    (imported,) = stack.sample_imports()
    assert imported["state"] == "done"
    assert imported["receipt"]["written"] == 20
    # By the workers, and told by the web.
    counted = 'sluice_rows_total{format="",kind="messages",outcome="written"} 20.0'
    assert counted in stack.metrics()
    modes = {
        name: (stack.data_dir / name).stat().st_mode & 0o777
        for name in ("env", "secret-key", "admin-password", "api-token")
    }
    assert set(modes.values()) == {0o600}
    assert "bucket sluice-data: exists" in stack.shell("python manage.py provision")

    assert stack.stop() == 0
    assert stack.pids() == []

    stack.start_until_ready()
    assert stack.sample_imports() == [imported]
    assert stack.stop() == 0


def test_processes_that_die_are_replaced_and_nothing_is_lost(stack):
    stack.start_until_ready()
    records = stack.api("/api/messages/?date=2019-05-28")["results"]
    assert records
    worker = stack.pid_of("celery")
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: stack.pid_of("celery") not in (None, worker))

    # The last snapshot is older than the import. With an engine of its own the table lost nothing;
    # without, the records have to be written again.
    imported = stack.sample_imports()
    os.kill(stack.pid_of("project.local.emulator.server"), signal.SIGKILL)
    wait_until(lambda: any("imports queued again" in line for line in stack.lines))
    if not NO_ENGINE:
        assert stack.sample_imports() == imported
    wait_until(lambda: stack.sample_imports()[0]["state"] == "done")
    assert stack.api("/api/messages/?date=2019-05-28")["results"] == records
    if not NO_ENGINE:
        os.kill(stack.pid_of("project.local.table.server"), signal.SIGKILL)
        wait_until(lambda: any("table was ended by SIGKILL" in line for line in stack.lines))
        wait_until(lambda: responses(f"http://127.0.0.1:{stack.table_port}"))
        assert stack.api("/api/messages/?date=2019-05-28")["results"] == records
    assert stack.stop() == 0
    assert stack.pids() == []


@pytest.mark.parametrize("whom", ["the supervisor", "everything"])
def test_after_kill_9_it_comes_up_again_by_itself(stack, whom):
    stack.start_until_ready()
    (imported,) = stack.sample_imports()
    if whom == "everything":
        stack.kill()
    stack.process.kill()
    stack.process.wait()
    stack.start_until_ready()
    wait_until(lambda: stack.sample_imports()[0]["state"] == "done")
    assert [one["id"] for one in stack.sample_imports()] == [imported["id"]]
    assert stack.api("/api/messages/?date=2019-05-28")["results"]
    assert stack.stop() == 0
    assert stack.pids() == []


@pytest.mark.skipif(bool(NO_ENGINE), reason=NO_ENGINE)
def test_what_was_answered_201_outlives_kill_9_of_everything_in_the_middle_of_an_import(
    stack, tmp_path
):
    file = tmp_path / "large.csv"
    file.write_bytes(csv_text(20_000, day=30))
    times = ["10:00:00", "10:00:01", "10:00:02"]
    for time_ in times:
        stack.start_until_ready("--no-sample")
        if time_ == times[0]:
            stack.shell(f"python -c '{UPLOAD}' {file}")
            wait_until(lambda: stack.imports("large.csv"))
        assert stack.create({**RECORD, "time": time_}) == 201
        time.sleep(0.001)
        stack.kill()
    stack.start_until_ready("--no-sample")
    found = stack.api(f"/api/messages/?date={RECORD['date']}")["results"]
    assert [one["time"] for one in found] == times
    wait_until(lambda: stack.imports("large.csv")[0]["state"] == "done")
    (import_,) = stack.imports("large.csv")
    assert import_["receipt"]["read"] == import_["receipt"]["written"] == 20_000
    assert stack.stop() == 0


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("", signal.SIGINT),
        ("", signal.SIGTERM),
        ("provision |", signal.SIGTERM),
        ("accounts  |", signal.SIGTERM),
        ("web       |", signal.SIGTERM),
    ],
)
def test_it_stops_cleanly_at_any_moment_of_the_start(stack, moment, number):
    process = stack.start()
    wait_until((stack.data_dir / "lock").exists, process)
    wait_until(lambda: not moment or any(one.startswith(moment) for one in stack.lines), process)
    process.send_signal(number)
    assert process.wait(60) == 0
    assert stack.lines[-1] == "stopped"
    assert stack.pids() == []


@pytest.mark.parametrize("option", ["--port", "--aws-port", "--table-port"])
def test_a_port_in_use_is_one_sentence_that_names_the_option(stack, option):
    with socket.socket() as other:
        port = getattr(stack, option.removeprefix("--").replace("-", "_"))
        other.bind(("127.0.0.1", port))
        other.listen()
        assert stack.run() == 1
    assert stack.lines == [
        f"error: Port {port} on 127.0.0.1 is in use. Choose another port with {option}."
    ]


def test_a_data_directory_in_use_is_one_sentence(stack, tmp_path):
    first = stack.start("--no-sample")
    wait_until((stack.data_dir / "running").exists, first)
    second = Stack(tmp_path / "second")
    (tmp_path / "second").mkdir()
    second.data_dir = stack.data_dir
    try:
        assert second.run() == 1
    finally:
        second.kill()
    (line,) = second.lines
    assert line.startswith(f"error: Another bin/up runs on {stack.data_dir}. Stop it, or choose")


def test_a_step_that_fails_stops_everything_with_one_sentence(stack):
    (stack.data_dir / "sluice.sqlite3").mkdir(parents=True)
    assert stack.run() == 1
    errors = [line for line in stack.lines if line.startswith("error: ")]
    assert len(errors) == 1
    assert "migrate ended with exit code 1" in errors[0]
    assert stack.pids() == []


def test_what_dies_again_and_again_at_the_start_stops_everything_with_one_sentence(stack):
    aws = stack.data_dir / "aws"
    aws.mkdir(parents=True)
    store = SnapshotStore(aws)
    (store.begin() / "sqs.json").write_text("damaged")
    assert stack.run() == 1
    (line,) = [line for line in stack.lines if line.startswith("error: ")]
    assert "The process aws does not stay up" in line
    assert "could not load its data" in line
    assert stack.pids() == []


def test_without_sample_the_example_client_imports_the_first_file(stack, tmp_path):
    stack.start_until_ready("--no-sample")
    assert stack.sample_imports() == []
    exported = tmp_path / "exported.csv"
    said = stack.shell(
        f"python docs/client.py {stack.url} '{stack.data_dir}/api-token' sample_data/data.csv"
        f" {exported}"
    )
    assert "20 records on 2019-05-28" in said
    assert len(exported.read_text().splitlines()) == 21
    said = stack.shell(_client_with_formats(stack, tmp_path, exported))
    assert "such files are remembered as loggers" in said
    assert said.count("of the kind messages by the format loggers") == 2
    assert "1 records on 2026-11-24" in said
    assert stack.stop() == 0


def _client_with_formats(stack, tmp_path, exported):
    """The client with a file that waits until its format is kept, and one that is said to be of it
    though its name and header do not tell."""
    header = "Timestamp (UTC),location,source,local_dest,local_avg,remote_dest,remote_avg\n"
    row = "2026-11-23 00:00:00,roof,wireless,router-1,1.41,device-23,9.14\n"
    first, second = tmp_path / "loggers.csv", tmp_path / "other.csv"
    first.write_text(header + row)
    second.write_text(header + row.replace("11-23", "11-24"))
    call = f"python docs/client.py {stack.url} '{stack.data_dir}/api-token'"
    return f"{call} {first} {exported} && {call} {second} {exported} format=loggers kind=messages"


def test_nothing_of_a_real_account_gets_into_the_stack():
    outside = {"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "secret", "PATH": "/bin"}
    environment = process_environment({"AWS_ACCESS_KEY_ID": "test"}, outside)
    assert "secret" not in environment.values()
    assert "production" not in environment.values()
    assert environment["PATH"] == "/bin"
