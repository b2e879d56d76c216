"""The example client where a server asks it to wait, and where there is much to read."""

import importlib.util
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.processes import ROOT

_spec = importlib.util.spec_from_file_location("example_client", ROOT / "docs/client.py")
assert _spec
assert _spec.loader
client: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(client)


class Server(ThreadingHTTPServer):
    """Stands in for Sluice: gives the answers that it was given, and keeps what was asked."""

    def __init__(self, responses: list[tuple[int, dict[str, str], Any]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.responses = responses
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.responses.pop(0)
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing is written."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server([]) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.mark.parametrize("status", [429, 503])
def test_what_can_succeed_later_is_asked_again(server: Server, status: int) -> None:
    page = {"next": None, "results": [{"source": "a"}]}
    server.responses += [(status, {"Retry-After": "0"}, {}), (200, {}, page)]
    assert list(client.Sluice(server.url, "token").records()) == page["results"]


def test_other_errors_are_raised(server: Server) -> None:
    server.responses += [(403, {}, {})]
    with pytest.raises(HTTPError) as raised:
        list(client.Sluice(server.url, "token").records())
    raised.value.close()


def test_a_large_day_takes_few_requests(server: Server) -> None:
    server.responses += [(200, {}, {"next": None, "results": []})]
    list(client.Sluice(server.url, "token").records(date="2019-05-28"))
    assert parse_qs(urlsplit(server.asked[0]).query)["page_size"] == ["1000"]
