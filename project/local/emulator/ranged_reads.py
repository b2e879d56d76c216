"""Answers ranged reads of S3 objects in the emulator's place.

ministack ignores the range when a version is asked for, and reads the whole file for every range,
so that an import in chunks would cost the square of the file's size. Here the emulator is asked
by HEAD, which checks versions and preconditions, and the bytes come from the file.
"""

import asyncio
import io
import os
import re
from typing import BinaryIO
from urllib.parse import parse_qs

from project.local.emulator.ministack_state import Emulator, Message, Receive, Scope, Send

_RANGE = re.compile(rb"bytes=(\d*)-(\d*)")
_PIECE_BYTES = 1_048_576
_NOT_OF_A_RANGE = (b"content-length", b"x-amz-checksum-", b"date")


class RangedReads:
    """An ASGI application before the emulator's own."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = _wanted_range(scope)
        if wanted is None:
            await self._emulator.app(scope, receive, send)
            return
        start = await self._ask(scope, "HEAD")
        if start.status != 200:
            await self._emulator.app(scope, receive, send)
            return
        with await self._content(scope, start.size) as content:
            await _response(content, start, wanted, receive, send)

    async def _content(self, scope: Scope, size: int) -> BinaryIO:
        bucket, _, key = scope["path"].removeprefix("/").partition("/")
        version = parse_qs(scope["query_string"].decode("latin-1")).get("versionId", [""])[0]
        path = self._emulator.object_file(bucket, key, version)
        # Nothing was awaited since HEAD, so that this is still the object which it spoke of.
        if path and path.is_file() and path.stat().st_size == size:
            return path.open("rb")
        return io.BytesIO((await self._ask(scope, "GET")).body)

    async def _ask(self, scope: Scope, method: str) -> "_Answer":
        response = _Answer()
        await self._emulator.app(_without_range(scope, method), _nothing, response.take)
        return response


class _Answer:
    """The emulator's answer to a request of our own."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    @property
    def size(self) -> int:
        lengths = (value for name, value in self.headers if name.lower() == b"content-length")
        return int(next(lengths, b"0"))

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


def _wanted_range(scope: Scope) -> tuple[bytes, bytes] | None:
    """The two numbers of a request for one range of an object; each may be missing."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].count("/") < 2:
        return None
    data = _RANGE.fullmatch(dict(scope["headers"]).get(b"range", b""))
    return (data[1], data[2]) if data and data[0] != b"bytes=-" else None


def _without_range(scope: Scope, method: str) -> Scope:
    dropped = (b"range", b"x-amz-checksum-mode")
    headers = [pair for pair in scope["headers"] if pair[0] not in dropped]
    return {**scope, "method": method, "headers": headers}


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _response(
    content: BinaryIO, start: _Answer, wanted: tuple[bytes, bytes], receive: Receive, send: Send
) -> None:
    size = content.seek(0, os.SEEK_END)
    first, end = _bounds(wanted, size)
    if first >= end:
        await _refuse(size, send)
        return
    headers = [pair for pair in start.headers if not pair[0].lower().startswith(_NOT_OF_A_RANGE)]
    headers.append((b"content-length", str(end - first).encode()))
    headers.append((b"content-range", f"bytes {first}-{end - 1}/{size}".encode()))
    await send({"type": "http.response.start", "status": 206, "headers": headers})
    content.seek(first)
    await _stream(content, end - first, receive, send)


def _bounds(wanted: tuple[bytes, bytes], size: int) -> tuple[int, int]:
    """The first byte, and the one after the last."""
    first, last = wanted
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1 if last else size)


async def _refuse(size: int, send: Send) -> None:
    body = b"<Error><Code>InvalidRange</Code><Message>Not satisfiable</Message></Error>"
    headers = [
        (b"content-type", b"application/xml"),
        (b"content-length", str(len(body)).encode()),
        (b"content-range", f"bytes */{size}".encode()),
    ]
    await send({"type": "http.response.start", "status": 416, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _stream(content: BinaryIO, length: int, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_disconnected(receive))
    try:
        while length and not gone.done():
            piece = content.read(min(length, _PIECE_BYTES))
            if not piece:  # cut short meanwhile: the client sees an answer that is too short
                return
            length -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": length > 0})
    finally:
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
