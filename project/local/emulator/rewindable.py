"""Two more requests for tests: remember what AWS holds now, and have just that again."""

from typing import Any

from project.local.emulator.ministack_state import App, Emulator, Receive, Scope, Send

REMEMBER_PATH = "/_sluice/remember"
REWIND_PATH = "/_sluice/rewind"


class Rewindable:
    """Puts the emulator back to a remembered state: quicker than to provision it again.

    The content of S3 objects is not remembered.
    """

    def __init__(self, app: App, emulator: Emulator) -> None:
        self._app = app
        self._emulator = emulator
        self._state: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path == REMEMBER_PATH:
            self._state = self._emulator.state()
        elif path == REWIND_PATH:
            self._emulator.restore(self._state)
        else:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
