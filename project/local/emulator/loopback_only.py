"""Keeps pages of other web sites away from the embedded AWS, which checks no signatures.

Whatever a browser on this machine shows can send requests to loopback ports. Three headers, which
a page cannot forge, tell them from those of programs: ``Origin`` and ``Sec-Fetch-Site`` say whose
page asks, and ``Host`` gives away a foreign name that was pointed to this machine (DNS rebinding).
"""

from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

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

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# What a browser says of an address that was typed; programs do not send the header at all. Images
# and links of pages have another value, and no Origin.
_TYPED = "none"


def origins_of_port(port: int) -> frozenset[str]:
    """The origins of the pages that a server on this port of this machine serves."""
    return frozenset({f"http://127.0.0.1:{port}", f"http://localhost:{port}"})


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
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        return (
            _host_name(headers.get(b"host", "")) in _LOOPBACK
            and self._allows_page(headers)
            and self._allows_path(scope["path"])
        )

    def _allows_page(self, headers: dict[bytes, str]) -> bool:
        origin = headers.get(b"origin")
        if origin is None:
            return headers.get(b"sec-fetch-site", _TYPED) == _TYPED
        return origin in self._origins

    def _allows_path(self, path: str) -> bool:
        # No bucket has such a name.
        return not path.startswith(PRIVATE_PREFIX) or path in self._open_paths


def _host_name(host: str) -> str | None:
    """The name in a Host header, without its port; None when there is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
