"""Makes ``.venv`` as a lock says, then runs a command in it; ``bin/up`` and ``bin/test`` use it.

``python prepare.py --lock requirements.txt -- -m project.local.up …``: needs nothing but Python
with venv. A lock is installed once; a file in ``.venv`` keeps its digest.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_OLDEST = "(3, 11)"
_LINES_OF_AN_ERROR = 15


class Stopped(BaseException):
    """A signal came; its number is the argument."""


class Failed(Exception):
    """A step failed; the message is for the person at the terminal."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--stack", action="store_true", help="to be stopped is not a failure")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        with alone(options.venv.parent):
            prepare(Venv(options.venv), options.lock)
    except Stopped as stopped:
        sys.exit(0 if options.stack else 128 + stopped.args[0])
    except Failed as failure:
        sys.exit(f"error: {failure}")
    if options.stack:
        # It takes a moment to start; a signal waits until it can be handled.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    python = str(options.venv / "bin" / "python")
    os.execv(python, [python, *options.command[1:]])  # noqa: S606 - no shell is wanted


def prepare(venv: "Venv", lock: Path) -> None:
    """Bring the environment to the state of the lock. Raises Failed."""
    if not venv.is_whole:
        venv.make()
    if not venv.has(lock):
        venv.install(lock)


class Venv:
    """A virtual environment, whole or half-made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._python = path / "bin" / "python"
        self._unfinished = path / "unfinished"

    @property
    def is_whole(self) -> bool:
        """Whether no installation broke off, and its Python runs and is new enough."""
        if self._unfinished.exists() or not self._python.exists():
            return False
        check = f"import sys, pip; sys.exit(sys.version_info < {_OLDEST})"
        return _runs([str(self._python), "-c", check])

    def make(self) -> None:
        if not _runs([sys.executable, "-c", "import venv, ensurepip"]):
            raise Failed(
                f"{sys.executable} has no venv module. Install it; on Debian and Ubuntu that is"
                f" `apt-get install python3.{sys.version_info.minor}-venv`."
            )
        print(f"making {self._path.name}", flush=True)
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir()
        self._unfinished.touch()
        _run([sys.executable, "-m", "venv", str(self._path)], "make the virtual environment")

    def has(self, lock: Path) -> bool:
        stamp = self._stamp(lock)
        return stamp.exists() and stamp.read_text() == _digest(lock)

    def install(self, lock: Path) -> None:
        print(f"installing {lock.name}; this happens once and takes a minute or so", flush=True)
        self._unfinished.touch()
        pip = [str(self._python), "-m", "pip", "install", "--quiet", "--no-input"]
        pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
        _run(pip, f"install {lock.name}; it needs the package registry (PyPI)")
        self._stamp(lock).write_text(_digest(lock))
        self._unfinished.unlink()

    def _stamp(self, lock: Path) -> Path:
        return self._path / f"{lock.stem}.sha256"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], action: str) -> None:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode:
        last = "\n".join(output.splitlines()[-_LINES_OF_AN_ERROR:])
        raise Failed(f"could not {action}:\n{last}")


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Let two of us, started at once, work in a directory one after the other."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    raise Stopped(number)


if __name__ == "__main__":
    main()
