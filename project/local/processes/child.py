"""One child process: its own session, its output line by line, its end."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_DIE_WITH_PARENT = str(Path(__file__).with_name("die_with_parent.py"))
_READ_BYTES = 65_536
# A child of the child may hold the pipe open; its last words are not waited for.
_LAST_WORDS_SECONDS = 1.0


class Child:
    """A running process. Made by :meth:`start`."""

    def __init__(self, process: asyncio.subprocess.Process, on_line: Callable[[str], None]) -> None:
        self._process = process
        self._reading = asyncio.create_task(self._read(on_line))

    @classmethod
    async def start(
        cls,
        command: list[str],
        environment: dict[str, str],
        on_line: Callable[[str], None],
        *,
        orphan_signal: str = "KILL",
    ) -> "Child":
        """Start ``command``, which gets ``orphan_signal`` when this process is killed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            _DIE_WITH_PARENT,
            "--signal",
            orphan_signal,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C on the terminal is for us alone
        )
        return cls(process, on_line)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> int:
        """Wait for the end. Returns the exit code; negative: the number of the signal.

        What the process left behind in its session is killed.
        """
        code = await self._process.wait()
        self._kill_session()
        await asyncio.wait([self._reading], timeout=_LAST_WORDS_SECONDS)
        self._reading.cancel()
        return code

    async def stop(self, grace_seconds: float) -> bool:
        """SIGTERM, and after the grace SIGKILL to all of its session. True if it went by itself."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self.ended(), grace_seconds)
        except TimeoutError:
            self._kill_session()
            await self.ended()
            return False
        return True

    def _kill_session(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _read(self, on_line: Callable[[str], None]) -> None:
        stream = self._process.stdout
        rest = b""
        while stream and (piece := await stream.read(_READ_BYTES)):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                on_line(line.decode(errors="replace").rstrip("\r"))
        if rest:
            on_line(rest.decode(errors="replace"))


def how_it_ended(code: int) -> str:
    """In words: ``ended with exit code 3``, ``was ended by SIGKILL``."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
