"""Wraps the emulator's application: snapshots on a timer, and one more at a clean stop."""

import asyncio
import os
import signal
import time
from functools import partial
from pathlib import Path

from project.local.emulator.fork_and_run import fork_and_run
from project.local.emulator.ministack_state import App, Emulator, Message, Receive, Scope, Send
from project.local.emulator.snapshots import SnapshotStore, now, sync_files

# A snapshot costs processor time in proportion to the data; at most this part is spent on it.
_LARGEST_SHARE = 1 / 5
_GIVE_UP_SECONDS = 600
_READING_CALLS = (
    b"BatchGetItem",
    b"DescribeTable",
    b"GetItem",
    b"GetQueueAttributes",
    b"GetQueueUrl",
    b"Query",
    b"ReceiveMessage",
    b"Scan",
)


class PersistentApp:
    """An ASGI application that keeps the emulator's state.

    A failed snapshot is reported on standard error and tried again at the next turn.
    """

    def __init__(
        self, app: App, emulator: Emulator, store: SnapshotStore, every_seconds: float
    ) -> None:
        self._emulator = emulator
        self._app = app
        self._store = store
        self._every_seconds = every_seconds
        self._changes = 0
        self._timer: asyncio.Task[None] | None = None
        self._final: tuple[Path, str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, partial(self._receive, receive), partial(self._send, send))
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._changes += _may_change_something(scope)

    async def _receive(self, receive: Receive) -> Message:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await self._stop_timer()
            directory = self._store.fresh_directory()
            self._final = (directory, now())
            # The emulator saves by itself before it answers that it has stopped.
            self._emulator.save_to(directory)
        return message

    async def _send(self, send: Send, message: Message) -> None:
        faults = self._emulator.faults
        if message["type"] == "lifespan.startup.complete":
            if faults:
                # Going on would soon put an empty state in the place of the one that is there.
                message = {"type": "lifespan.startup.failed", "message": "; ".join(faults)}
            else:
                self._timer = asyncio.create_task(self._snapshots())
        elif message["type"] == "lifespan.shutdown.complete" and self._final:
            directory, taken_at = self._final
            sync_files(directory)
            self._store.commit(directory, taken_at, clean=True)
        await send(message)

    async def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            await asyncio.wait([self._timer])

    async def _snapshots(self) -> None:
        pause = self._every_seconds
        saved_changes = -1
        while True:
            await asyncio.sleep(pause)
            if self._changes == saved_changes:
                continue
            changes, begun = self._changes, time.monotonic()
            if await self._snapshot():
                saved_changes = changes
            seconds = time.monotonic() - begun
            pause = max(self._every_seconds, seconds / _LARGEST_SHARE)

    async def _snapshot(self) -> bool:
        directory = self._store.fresh_directory()
        taken_at = now()
        child = fork_and_run(partial(self._save, directory))
        complete = await _succeeded(child)
        if complete:
            self._store.commit(directory, taken_at, clean=False)
        return complete

    def _save(self, directory: Path) -> None:
        self._emulator.save(directory)
        sync_files(directory)


def _may_change_something(scope: Scope) -> bool:
    if scope.get("method") in {"GET", "HEAD", "OPTIONS"}:
        return False
    target = dict(scope.get("headers", [])).get(b"x-amz-target", b"")
    return target.rpartition(b".")[2] not in _READING_CALLS


async def _succeeded(child: int) -> bool:
    """Wait for a child process. One that hangs, or is no longer wanted, is killed."""
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    ended, status = 0, 0
    try:
        while not ended and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            ended, status = os.waitpid(child, os.WNOHANG)
    finally:
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return bool(ended) and status == 0
