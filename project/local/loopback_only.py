"""Keeps other web sites' pages away from the embedded AWS, which checks no signatures."""

from urllib.parse import urlsplit

from project.local.ministack_state import (
    ADMIN_PREFIX,
    HEALTH_PATH,
    RESET_PATH,
    App,
    Receive,
    Scope,
    Send,
)

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class LoopbackOnly:
    """Refuses (403) what a page of another site asks for, and the emulator's own controls.

    :param resettable: whether one request may wipe everything; for tests.
    """

    def __init__(self, app: App, *, resettable: bool) -> None:
        self._app = app
        self._open_paths = {HEALTH_PATH, RESET_PATH} if resettable else {HEALTH_PATH}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"Not from here.\n"})

    def _allows(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        path = scope["path"]
        return (not origin or urlsplit(origin).hostname in _LOOPBACK) and (
            not path.startswith(ADMIN_PREFIX) or path in self._open_paths
        )
