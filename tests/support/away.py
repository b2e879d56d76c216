"""In place of AWS: servers that do not do what they are asked, and count how often they are."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import LazySettings


def point_at(settings: LazySettings, url: str) -> None:
    """Let all of AWS be there."""
    settings.AWS_ENDPOINT_URL = url
    settings.AWS_ENDPOINT_URL_DYNAMODB = None


class Count:
    """How many requests came, and where they were to be sent."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.requests = 0


@contextmanager
def black_hole() -> Iterator[Count]:
    """Takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        count = Count(listening.getsockname()[1])
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:  # closed
                    return
                taken.append(connection)
                count.requests += 1

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield count
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


@contextmanager
def refusing(
    status: int = 500, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Iterator[Count]:
    """Answers every request at once with this status, by default with nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            count.requests += 1
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = refuse  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        count = Count(server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield count
        server.shutdown()
        thread.join()
