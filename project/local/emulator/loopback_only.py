"""Keeps pages of other web sites away from the embedded AWS, which checks no signatures."""

from collections.abc import Set as AbstractSet

from project.local.emulator.ministack_state import (
    HEALTH_PATH,
    PRIVATE_PREFIX,
    RESET_PATH,
    App,
    Receive,
    Scope,
    Send,
)
from project.local.emulator.rewindable import REMEMBER_PATH, REWIND_PATH
from project.local.from_here import is_from_here


class LoopbackOnly:
    """Refuses (403) what a page of another site asks for, and the emulator's own controls.

    :param origins: whose pages may send requests; programs, which have no origin, always may.
    :param resettable: whether one request may wipe everything; for tests.
    """

    def __init__(self, app: App, *, origins: AbstractSet[str], resettable: bool) -> None:
        self._app = app
        self._origins = origins
        controls = {RESET_PATH, REMEMBER_PATH, REWIND_PATH} if resettable else set()
        self._open_paths = {HEALTH_PATH} | controls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"Not from here.\n"})

    def _allows(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        return is_from_here(headers, self._origins) and self._allows_path(scope["path"])

    def _allows_path(self, path: str) -> bool:
        # No bucket has such a name.
        return not path.startswith(PRIVATE_PREFIX) or path in self._open_paths
