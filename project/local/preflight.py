"""What can be wrong before anything is started: each is one sentence."""

import asyncio
import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from project.local.processes.supervisor import StartFailure

# After a kill -9, the old processes take a moment to notice that they are orphans.
_ORPHAN_SECONDS = 20.0
# The embedded AWS saves before it goes; half a million records take about 20 seconds.
_SAVING_SECONDS = 120.0


@contextmanager
def owned(data_dir: Path) -> Iterator[bool]:
    """Hold the data directory. Yields whether the last owner ended without cleaning up.

    Raises StartFailure when another one runs on it.
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    running = data_dir / "running"
    with (data_dir / "lock").open("w") as lock:
        if not _locked(lock.fileno()):
            raise StartFailure(
                f"Another bin/up runs on {data_dir}. Stop it, or choose another directory with"
                " --data-dir and other ports with --port and --aws-port."
            )
        was_killed = running.exists()
        running.touch()
        try:
            yield was_killed
        finally:
            running.unlink()


async def check_port(port: int, option: str, *, was_killed: bool) -> None:
    """Raise StartFailure when the port is in use, after some patience with orphans."""
    deadline = time.monotonic() + (_ORPHAN_SECONDS if was_killed else 0)
    while fault := _fault(port):
        if fault != errno.EADDRINUSE or time.monotonic() >= deadline:
            reason = (
                "in use" if fault == errno.EADDRINUSE else f"not open to us: {os.strerror(fault)}"
            )
            raise StartFailure(
                f"Port {port} on 127.0.0.1 is {reason}. Choose another port with {option}."
            )
        await asyncio.sleep(0.2)


async def wait_for_old_aws(directory: Path) -> None:
    """Wait until an embedded AWS whose supervisor was killed has saved its data."""
    if not (directory / "lock").exists():
        return
    deadline = time.monotonic() + _SAVING_SECONDS
    with (directory / "lock").open("w") as lock:
        while not _locked(lock.fileno()):
            if time.monotonic() >= deadline:
                raise StartFailure(
                    f"An embedded AWS still holds {directory}. Stop the process"
                    " project.local.emulator.server."
                )
            await asyncio.sleep(0.2)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fault(port: int) -> int | None:
    """The error number of listening on the port."""
    with socket.socket() as probe:
        # As the servers do: the last connections of a former one do not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno
    return None
