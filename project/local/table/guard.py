"""Stands before the engine: lets in programs of this machine, and no page of a browser.

Each connection of a client has one to the engine. What comes is passed on as it is, one request
after the other, but for batches of statements (grouping.py).
"""

import asyncio
from contextlib import suppress

from project.local.from_here import is_from_here
from project.local.table.engine import Address
from project.local.table.grouping import batch_of
from project.local.table.http_message import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    BadHttpMessage,
    HttpMessage,
    read_message,
    response,
)

_FORBIDDEN = response(b"403 Forbidden", b"Not from here.\n")
_UNAVAILABLE = response(b"503 Service Unavailable", b"The embedded table is not running.\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_OK = b"HTTP/1.1 200 "
_CONTENT_TYPE = b"application/x-amz-json-1.0"


class Guard:
    """Serves connections; ``engine`` is where the engine listens."""

    def __init__(self, engine: Address) -> None:
        self._engine = engine

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        connection = _Connection(self._engine)
        try:
            await _serve(reader, writer, connection)
        except BadHttpMessage as bad:
            writer.write(response(bad.status, b""))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # one of the two sides is gone, or this process is to stop
        finally:
            connection.close()
            with suppress(ConnectionError):
                await writer.drain()
            writer.close()


class _Connection:
    """To the engine, made with the first request."""

    def __init__(self, engine: Address) -> None:
        self._engine = engine
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, *request: bytes) -> HttpMessage:
        """The response to a request. Raises OSError when the engine is away."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._engine, limit=MAX_HEAD_BYTES)
        reader, writer = self._streams
        writer.writelines(request)
        await writer.drain()
        response = await read_message(reader)
        if response is None:
            raise ConnectionResetError
        return response

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, engine: _Connection
) -> None:
    while request := await read_message(reader, MAX_BODY_BYTES):
        if not is_from_here(request.headers):
            writer.write(_FORBIDDEN)
            return
        try:
            writer.write(await _answer(request, engine))
        except OSError:
            writer.write(_UNAVAILABLE)
            return
        await writer.drain()
        if request.headers.get(b"connection", b"").lower() == b"close":
            return


async def _answer(request: HttpMessage, engine: _Connection) -> bytes:
    batch = batch_of(request)
    if batch is not None:
        transaction = await engine.ask(batch.as_transaction(request))
        if transaction.head.startswith(_OK):
            return response(b"200 OK", batch.response(), _CONTENT_TYPE)
    forwarded = await engine.ask(request.head, request.body)
    return forwarded.head + forwarded.body
