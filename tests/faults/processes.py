"""The real processes, small enough limits given that a test can wait for them to pass."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.processes import PATIENCE_SECONDS, ROOT, tethered

# The shortest task. The visibility timeout, after which a killed worker's task is done by another,
# follows from it: 10 seconds.
LIMITS = {"TASK_SECONDS": "2", "CHUNK_BYTES": "4096", "LOG_FORMAT": "console"}
_WORKER = "-m celery -A project worker --without-gossip --without-mingle --without-heartbeat"
_LISTENER = "manage.py listen"


class Process:
    """One of them. Its name goes with its requests, so that the proxy can tell who sends them."""

    def __init__(self, name: str, arguments: str, environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        command = [sys.executable, *arguments.split()]
        if sys.platform == "linux":  # elsewhere the tether would be killed in place of the command
            command = tethered(*arguments.split())
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**environment, "AWS_SDK_UA_APP_ID": name},
                stdout=output,
                stderr=output,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        self._process.kill()
        self.wait()

    def terminate(self) -> None:
        """SIGTERM, as a deploy does."""
        self._process.terminate()

    def wait(self) -> int:
        """The exit code, when it has ended."""
        return self._process.wait(PATIENCE_SECONDS)


class Processes:
    """Workers and a listener that reach AWS through ``endpoint``. Their output lies in
    ``directory``."""

    def __init__(self, endpoint: str, directory: Path) -> None:
        self._environment = {
            **os.environ,
            **LIMITS,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_DYNAMODB": "",
        }
        self._directory = directory
        self._started: list[Process] = []
        self.running: list[Process] = []

    def configure(self, **settings: str) -> None:
        """Those that are started from now on have other settings."""
        self._environment |= settings

    def start(self, *, workers: int = 2) -> None:
        """The listener and so many workers."""
        self.start_listener()
        self.start_workers(workers)

    def start_workers(self, count: int = 1) -> None:
        self.running += [self._start("worker", _WORKER) for _ in range(count)]

    def start_listener(self) -> None:
        self.running.append(self._start("listener", _LISTENER))

    def kill(self, name: str) -> None:
        """Kill those whose names begin so."""
        doomed = [process for process in self.running if process.name.startswith(name)]
        self.running = [process for process in self.running if process not in doomed]
        for process in doomed:
            process.kill()

    def deploy(self) -> list[int]:
        """Ask all to stop and start as many new ones. Returns the exit codes of the old ones."""
        old, self.running = self.running, []
        for process in old:
            process.terminate()
        self.start(workers=len(old) - 1)
        return [process.wait() for process in old]

    def manage(self, *arguments: str) -> None:
        """Run a management command under the same settings to its end."""
        assert self.command(*arguments).wait() == 0

    def command(self, *arguments: str) -> Process:
        """Start a management command."""
        return self._start("operator", " ".join(["manage.py", *arguments]))

    def assert_alive(self) -> None:
        """None has ended but those that were told to."""
        # One that is killed just now is not in the newer list any more.
        ended = [one.name for one in self.running if not one.is_alive and one in self.running]
        assert not ended, f"ended by themselves: {ended}"

    def output(self) -> str:
        """The ends of what all of them wrote."""
        parts = (f"--- {one.name}\n{one.log.read_text()[-6000:]}" for one in self._started)
        return "\n".join(parts)

    def _start(self, kind: str, arguments: str) -> Process:
        name = f"{kind}-{len(self._started) + 1}"
        log = self._directory / f"{name}.log"
        process = Process(name, arguments, self._environment, log)
        self._started.append(process)
        return process
