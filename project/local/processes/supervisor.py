"""Keeps processes running, and stops them in order."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from project.local.processes.child import Child, how_it_ended
from project.local.processes.output import Output

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_STABLE_SECONDS = 60
# Until the stack is ready, a process that ends so often will not come up by waiting.
_MAX_DEATHS_AT_START = 3


class StartFailure(Exception):
    """The stack cannot come up; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process to keep running.

    ``grace_seconds``: how long it may take to stop. ``orphan_signal``: what it gets when the
    supervisor is killed, ``KILL`` or ``TERM``. ``on_restart`` is awaited after it was started
    again.
    """

    name: str
    command: list[str]
    grace_seconds: float
    orphan_signal: str = "KILL"
    on_restart: Callable[[], Awaitable[None]] | None = None


class Supervisor:
    """Starts services in ``environment`` and restarts those that end."""

    def __init__(self, environment: dict[str, str], output: Output) -> None:
        self._environment = environment
        self._output = output
        self._keepers: dict[str, _Keeper] = {}
        self._is_starting = True
        self._gave_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def keep(self, service: Service) -> None:
        """Start a service and keep it running until :meth:`stop`."""
        self._keepers[service.name] = _Keeper(
            service, self._environment, self._output, self._on_death
        )

    async def run(self, name: str, command: list[str]) -> None:
        """Run a command to its end. Raises StartFailure, with its last line, when it fails."""
        last_lines: deque[str] = deque(maxlen=1)

        def on_line(line: str) -> None:
            if line.strip():
                last_lines.append(line)
                self._output.event(name, line)

        child = await Child.start(command, self._environment, on_line)
        try:
            code = await child.ended()
        except asyncio.CancelledError:
            await child.stop(grace_seconds=5)
            raise
        if code:
            last = f": {last_lines[0]}" if last_lines else ""
            raise StartFailure(f"The step {name} {how_it_ended(code)}{last}")

    async def until_ready(self, start: Awaitable[None]) -> None:
        """Await the start of the stack. Raises StartFailure when a service keeps dying."""
        starting = asyncio.ensure_future(start)
        try:
            await asyncio.wait({starting, self._gave_up}, return_when=asyncio.FIRST_COMPLETED)
            if self._gave_up.done():
                self._gave_up.result()
            await starting
        finally:
            starting.cancel()
            await asyncio.wait({starting})
            self._gave_up.cancel()
        self._is_starting = False

    async def stop(self, stages: Iterable[Iterable[str]]) -> None:
        """Stop the services stage by stage, those of one stage together."""
        for stage in stages:
            keepers = [self._keepers[name] for name in stage if name in self._keepers]
            await asyncio.gather(*(keeper.stop() for keeper in keepers))

    def _on_death(self, name: str, deaths: int, last_line: str) -> None:
        if self._is_starting and deaths >= _MAX_DEATHS_AT_START and not self._gave_up.done():
            self._gave_up.set_exception(
                StartFailure(f"The process {name} does not stay up; it last said: {last_line}")
            )


class _Keeper:
    """One service, through all its processes."""

    def __init__(
        self,
        service: Service,
        environment: dict[str, str],
        output: Output,
        on_death: Callable[[str, int, str], None],
    ) -> None:
        self._service = service
        self._environment = environment
        self._output = output
        self._on_death = on_death
        self._child: Child | None = None
        self._last_line = "nothing"
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._child and not await self._child.stop(self._service.grace_seconds):
            self._output.say(
                f"{self._service.name} did not stop within {self._service.grace_seconds:g} seconds "
                "and was killed"
            )

    async def _keep(self) -> None:
        deaths = 0
        while True:
            seconds = await self._run_once(is_restart=deaths > 0)
            deaths = 1 if seconds > _STABLE_SECONDS else deaths + 1
            self._on_death(self._service.name, deaths, self._last_line)
            await asyncio.sleep(_PAUSES[min(deaths, len(_PAUSES)) - 1])

    async def _run_once(self, *, is_restart: bool) -> float:
        """One process from start to end. Returns how many seconds it lived."""
        begun = time.monotonic()
        self._child = await Child.start(
            self._service.command,
            self._environment,
            self._on_line,
            orphan_signal=self._service.orphan_signal,
        )
        follow_up = None
        if is_restart and self._service.on_restart:
            follow_up = asyncio.ensure_future(self._follow_up(self._service.on_restart))
        try:
            code = await self._child.ended()
        finally:
            if follow_up:
                follow_up.cancel()
                await asyncio.wait({follow_up})
        self._output.say(f"{self._service.name} {how_it_ended(code)} and is started again")
        return time.monotonic() - begun

    async def _follow_up(self, on_restart: Callable[[], Awaitable[None]]) -> None:
        try:
            await on_restart()
        except StartFailure as failure:
            self._output.say(str(failure))

    def _on_line(self, line: str) -> None:
        if line.strip():
            self._last_line = line
            self._output.event(self._service.name, line)
