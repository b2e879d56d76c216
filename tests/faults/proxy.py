"""A proxy between the real processes and the embedded AWS that breaks requests on purpose.

microburst is made for this and does most of it; what it cannot do is needed here. As a proxy it
drops Content-Length, so that HeadObject loses the size and a cut answer looks whole; it cannot
throttle single statements of a batch, deliver a message twice, or lose an answer that is empty;
and its choices cannot be repeated. So the proxy is our own, and microburst recognises S3's
operations and writes the errors in AWS's wire formats.
"""

import http.client
import json
import os
import random
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from microburst.detection import match_rest_operation

from tests.support import aws_calls

# Longer than any answer of the embedded AWS takes, long polls included.
_UPSTREAM_SECONDS = 60
# Of the connection, not of what it carries. The proxy sets its own Content-Length.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_SENDER = re.compile(r"\bapp/(\S+)")
_TARGETS = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}


@dataclass(frozen=True)
class Request:
    """A request of a process: to a service (``dynamodb``) for an operation (``Query``). The
    sender is what the process was told to call itself (``AWS_SDK_UA_APP_ID``)."""

    sender: str
    service: str
    operation: str
    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the process gets. ``length`` is what it is told, when that is not the body's."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    length: int | None = None


class Dropped(Exception):
    """The connection is to be reset instead of an answer."""


# Sends a request to the embedded AWS, with another body when one is given.
Forward = Callable[..., Answer]
Effect = Callable[[Request, Forward], Answer]


@dataclass
class Fault:
    """Which requests an effect meets: those to a service, for an operation, by senders whose name
    begins so ("" for all); of these not the first ``skip``, then a ``share``, ``times`` at most."""

    effect: Effect
    service: str = ""
    operation: str = ""
    sender: str = ""
    skip: int = 0
    times: int | None = None
    share: float = 1.0
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def meets(self, request: Request, chance: random.Random) -> bool:
        """Whether it happens to this request, which it counts."""
        if self.service not in ("", request.service):
            return False
        if self.operation not in ("", request.operation):
            return False
        if not request.sender.startswith(self.sender):
            return False
        self.seen += 1
        if self.seen <= self.skip or self.fired == self.times or chance.random() >= self.share:
            return False
        self.fired += 1
        return True


class FaultProxy:
    """Listens on a loopback port of its own, in threads of the test process."""

    def __init__(self, upstream: str, table: str | None = None, seed: int = 1) -> None:
        """``table``: where DynamoDB is, when that is elsewhere."""
        self._upstream = urlsplit(upstream).netloc
        self._table = urlsplit(table or upstream).netloc
        self._faults: list[Fault] = []
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        # The names of the processes that have begun to ask SQS for messages.
        self.receivers: set[str] = set()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def inject(self, effect: Effect, service: str = "", operation: str = "", **when: Any) -> Fault:
        """From now on, until :meth:`clear`; the first fault that meets a request is its only one.
        ``when`` is as in :class:`Fault`."""
        fault = Fault(effect, service, operation, **when)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """From now on every request passes."""
        with self._lock:
            self._faults.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        """Raises Dropped."""
        if request.operation == "ReceiveMessage":
            self.receivers.add(request.sender)
        if request.service != "s3":  # those are told in the test process
            process = request.sender.partition("-")[0]
            aws_calls.write_down(
                process, request.service, request.operation, json.loads(request.body)
            )
        effect = self._effect(request)

        def forward(body: bytes = request.body) -> Answer:
            return self._forward(request, body)

        return effect(request, forward) if effect else forward()

    def _effect(self, request: Request) -> Effect | None:
        with self._lock:
            meeting = (fault for fault in self._faults if fault.meets(request, self._chance))
            fault = next(meeting, None)
        return fault.effect if fault else None

    def _forward(self, request: Request, body: bytes) -> Answer:
        upstream = self._table if request.service == "dynamodb" else self._upstream
        connection = http.client.HTTPConnection(upstream, timeout=_UPSTREAM_SECONDS)
        try:
            connection.request(request.method, request.path, body, _passed_on(request.headers))
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Dropped from error
        finally:
            connection.close()
        length = response.headers.get("Content-Length")
        headers = [item for item in response.getheaders() if item[0].lower() not in _HOP_BY_HOP]
        # The answer to a HEAD has a length and no body.
        return Answer(response.status, headers, content, int(length) if length else None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], proxy: FaultProxy) -> None:
        super().__init__(address, _Handler)
        self.proxy = proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Processes that are killed leave broken connections, which are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_any(self) -> None:
        try:
            answer = self.server.proxy.answer(self._request())
        except Dropped:
            self._reset()
            return
        self._send(answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass

    def _request(self) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service, operation = _addressed(self.command, self.path, self.headers)
        sender = _SENDER.search(self.headers.get("User-Agent", ""))
        name = sender[1] if sender else ""
        return Request(name, service, operation, self.command, self.path, self.headers, body)

    def _send(self, answer: Answer) -> None:
        length = len(answer.body) if answer.length is None else answer.length
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body)
        if self.command != "HEAD" and length != len(answer.body):
            self._reset()

    def _reset(self) -> None:
        """Close without a farewell: the process sees "connection reset by peer"."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _addressed(method: str, path: str, headers: Message) -> tuple[str, str]:
    """Service and operation. DynamoDB and SQS name theirs, S3's follows from method and path."""
    target = headers.get("X-Amz-Target")
    if target is not None:
        name, _, operation = target.partition(".")
        return _TARGETS[name], operation
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return "s3", match_rest_operation("s3", method, parts.path, query, dict(headers)) or ""


def _passed_on(headers: Message) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
