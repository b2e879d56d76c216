"""Lets the web's own pages send files to the embedded AWS and read its answers.

The emulator allows every origin. Here its headers are replaced: the browser is told of the one
origin that asked, whose right to ask ``LoopbackOnly`` has checked before.
"""

from functools import partial

from project.local.emulator.ministack_state import App, Message, Receive, Scope, Send

_PREFIX = b"access-control-"
_ASKED_HEADERS = b"access-control-request-headers"
_METHODS = b"GET, HEAD, POST, PUT"
_MAX_AGE_SECONDS = b"600"


class CrossOrigin:
    """An ASGI application that answers preflights, and puts the origin on all other answers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin and scope["method"] == "OPTIONS":
            await _answer_preflight(origin, headers.get(_ASKED_HEADERS, b""), send)
            return
        await self._app(scope, receive, partial(_send_for, origin, send))


async def _answer_preflight(origin: bytes, asked: bytes, send: Send) -> None:
    headers = [
        *_allowing(origin),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", asked),
        (b"access-control-max-age", _MAX_AGE_SECONDS),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _send_for(origin: bytes | None, send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = [pair for pair in message["headers"] if not pair[0].lower().startswith(_PREFIX)]
        message = {**message, "headers": [*own, *(_allowing(origin) if origin else [])]}
    await send(message)


def _allowing(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"ETag, Location, x-amz-version-id"),
        (b"vary", b"Origin"),
    ]
