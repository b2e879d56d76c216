"""Compares reading through the API with the plain DynamoDB calls beneath, in one run.

A web server of its own serves a table of its own, so that nothing else is touched; its answers
come over HTTP with all that a request goes through: token, permission, throttle, JSON.
"""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from knox.models import AuthToken

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.store.bulk_insert import BulkInsert
from messages_app.store.items import key_item
from messages_app.store.query import Query
from project.access.roles import ROLES
from project.benchmarks.ports import free_port
from project.benchmarks.rows import csv_text, messages_of
from project.benchmarks.table import temporary_table

PAGE_SIZE = 50
_RECORDS = 500
_START_SECONDS = 30
_NO_LIMIT = "1000000"


@dataclass(frozen=True, slots=True)
class Times:
    """Median milliseconds of a request through the API, and of the call beneath alone."""

    api: float
    beneath: float


def compare(rounds: int) -> tuple[Times, Times]:
    """A page of 50 records, and a single one; the two ways take turns."""
    records = list(messages_of(csv_text(_RECORDS)))
    date, time_ = records[-1].key
    client: Any = dynamodb_client()
    plain = client.plain
    with ExitStack() as stack:
        table = stack.enter_context(temporary_table())
        token = stack.enter_context(viewer())
        port = stack.enter_context(web_server(table))
        BulkInsert(client, table, MESSAGE, "keep", Deadline(60)).run(records)
        get = Getter(port, token)
        stack.callback(get.close)
        page = medians(
            rounds,
            lambda: get(f"/api/messages/?date={date}&page_size={PAGE_SIZE}"),
            lambda: plain.query(
                TableName=table, Limit=PAGE_SIZE + 1, **Query(date).expression(date, MESSAGE)
            ),
        )
        one = medians(
            rounds,
            lambda: get(f"/api/messages/{date}/{time_}/"),
            lambda: plain.get_item(
                TableName=table, Key=key_item((date, time_)), ConsistentRead=True
            ),
        )
    return page, one


class Getter:
    """Requests over one connection, and over another one when the server has closed it: it closes
    those that nobody used for two seconds."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Authorization": f"Token {token}"}

    def __call__(self, path: str) -> bytes:
        """The body of the answer."""
        try:
            response = self._response(path)
        except http.client.RemoteDisconnected:
            response = self._response(path)
        body = response.read()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {response.status}: {body[:200]!r}")
        return body

    def _response(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers=self._headers)
        return self._connection.getresponse()

    def close(self) -> None:
        self._connection.close()


def medians(rounds: int, api: Callable[[], object], beneath: Callable[[], object]) -> Times:
    """Of two ways that take turns."""
    api(), beneath()  # connections are made, code is loaded
    pairs = [(milliseconds(api), milliseconds(beneath)) for _ in range(rounds)]
    return Times(*(statistics.median(column) for column in zip(*pairs, strict=True)))


def milliseconds(work: Callable[[], object]) -> float:
    """What it takes, once."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


@contextmanager
def viewer() -> Iterator[str]:
    """The token of a user for this run, who has no more rights than it takes."""
    user = User.objects.create_user(f"benchmark-{uuid4()}")
    user.groups.set(Group.objects.filter(name=next(iter(ROLES))))
    try:
        yield AuthToken.objects.create(user)[1]
    finally:
        user.delete()


@contextmanager
def web_server(table: str, workers: int = 1, threads: int = 4) -> Iterator[int]:
    """The port of a web server that serves this table."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--threads", str(threads), "--no-control-socket"]
    environment = {"MESSAGES_TABLE": table, "HTTPS": "false", "ALLOWED_HOSTS": "127.0.0.1"}
    environment |= {"API_REQUESTS_A_MINUTE": _NO_LIMIT, "API_EXPORTS_A_MINUTE": _NO_LIMIT}
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            try:
                connection.request("GET", "/healthz")
                connection.getresponse().read()
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError("the web server did not start") from None
                time.sleep(0.1)
            else:
                return
