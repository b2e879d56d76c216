"""The processes of the stack, and the order in which they stop."""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from project.local.options import Options
from project.local.processes.supervisor import Service

ROOT = Path(__file__).resolve().parent.parent.parent

# All of them together stay below a minute.
_LISTENER_SECONDS = 20
_WORKER_SECONDS = 24
_WEB_SECONDS = 6
_AWS_SECONDS = 28
_TABLE_SECONDS = 12

_MEMORY_DISK = "/dev/shm"  # noqa: S108 - gunicorn makes unguessable names in it


def manage(*arguments: str) -> list[str]:
    """The command of a management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def aws(options: Options, on_restart: Callable[[], Awaitable[None]]) -> Service:
    command = [sys.executable, "-m", "project.local.emulator.server"]
    command += ["--port", str(options.aws_port), "--data-dir", str(options.aws_dir)]
    command += ["--web-port", str(options.port)]
    # When only the supervisor was killed, it still saves.
    return Service("aws", command, _AWS_SECONDS, orphan_signal="TERM", on_restart=on_restart)


def table(options: Options) -> Service:
    command = [sys.executable, "-m", "project.local.table.server"]
    command += ["--port", str(options.table_port), "--file", str(options.table_file)]
    return Service("table", command, _TABLE_SECONDS)


def web(options: Options) -> Service:
    command = [sys.executable, "-m", "gunicorn", "project.wsgi"]
    command += ["--config", str(ROOT / "gunicorn.conf.py")]
    command += ["--bind", f"127.0.0.1:{options.port}"]
    command += ["--workers", "2", "--threads", "8", "--graceful-timeout", str(_WEB_SECONDS - 2)]
    command += ["--preload"]  # it is loaded once for all workers
    command += ["--no-control-socket"]
    if os.access(_MEMORY_DISK, os.W_OK):
        # A heartbeat file on a slow disk would make a busy worker look dead.
        command += ["--worker-tmp-dir", _MEMORY_DISK]
    return Service("web", command, _WEB_SECONDS)


def workers(options: Options) -> list[Service]:
    return [_worker(f"worker{number}") for number in range(1, options.workers + 1)]


def listener() -> Service:
    return Service("listener", manage("listen"), _LISTENER_SECONDS)


def stop_order(options: Options) -> list[list[str]]:
    """Nobody takes new work, then work ends, and AWS last, so that it saves everything."""
    return [["listener", *(one.name for one in workers(options))], ["web"], ["aws", "table"]]


def _worker(name: str) -> Service:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "project",
        "worker",
        "--pool",
        "solo",
    ]
    command += ["-n", f"{name}@%h", "--loglevel", "info"]
    # These speak of other workers, which SQS cannot do.
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Service(name, command, _WORKER_SECONDS)
