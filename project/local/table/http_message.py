"""Requests and responses of HTTP/1.1, as far as DynamoDB's clients and the engine use it."""

import asyncio
from dataclasses import dataclass

# DynamoDB takes requests of 16 MB.
MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_HEAD_BYTES = 65_536
_END_OF_HEAD = b"\r\n\r\n"


class BadHttpMessage(Exception):
    """Not HTTP as it is spoken here; the status is what its sender gets."""

    def __init__(self, status: bytes) -> None:
        super().__init__(status.decode())
        self.status = status


@dataclass(slots=True)
class HttpMessage:
    """A request or response: its head with the line that begins it, its headers by their names in
    lower case, and its body."""

    head: bytes
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def start_line(self) -> bytes:
        return self.head.partition(b"\r\n")[0]


async def read_message(
    reader: asyncio.StreamReader, max_body: int | None = None
) -> HttpMessage | None:
    """The next message; None when the other side has closed. Raises BadHttpMessage, and
    IncompleteReadError when it closes in the middle."""
    try:
        head = await reader.readuntil(_END_OF_HEAD)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    except asyncio.LimitOverrunError:
        raise BadHttpMessage(b"431 Request Header Fields Too Large") from None
    headers = _headers(head)
    length = _length(headers)
    if max_body is not None and length > max_body:
        raise BadHttpMessage(b"413 Content Too Large")
    return HttpMessage(head, headers, await reader.readexactly(length) if length else b"")


def response(status: bytes, body: bytes, content_type: bytes = b"text/plain") -> bytes:
    """The bytes of a response of our own."""
    return (
        b"HTTP/1.1 " + status + b"\r\nContent-Type: " + content_type + b"\r\nContent-Length: "
        b"%d\r\n\r\n" % len(body)
    ) + body


def _headers(head: bytes) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in head[: -len(_END_OF_HEAD)].split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        key = name.lower()
        if not colon or key in headers:  # of two, others might take the other one
            raise BadHttpMessage(b"400 Bad Request")
        headers[key] = value.strip()
    return headers


def _length(headers: dict[bytes, bytes]) -> int:
    if b"transfer-encoding" in headers:
        raise BadHttpMessage(b"411 Length Required")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        raise BadHttpMessage(b"400 Bad Request")
    return int(length)
