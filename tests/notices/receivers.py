"""A mail server and a webhook's receiver, on loopback: they do as they are told, and keep what
comes."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SmtpSink:
    """``answers`` are the next ones to a mail's end; without one it is taken."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.refused: set[str] = set()
        self.port = 0

    def take(self, data: bytes) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(message_from_bytes(data, policy=policy.default))
        return "250 taken"

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


class Receiver:
    """``statuses`` are the next ones; without one it answers 200. ``hangs`` until released."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.location = ""
        self.hangs: threading.Event | None = None
        self.url = ""

    @property
    def ids(self) -> list[str]:
        return [headers["Sluice-Notice-Id"] for headers, _ in self.requests]


class _Session(socketserver.StreamRequestHandler):
    sink: SmtpSink

    def handle(self) -> None:
        self.say("220 sink")
        while words := self.rfile.readline().decode().strip():
            if not self.obey(words):
                return

    def obey(self, words: str) -> bool:
        command = words.upper().partition(" ")[0]
        if command == "DATA":
            self.say("354 go on")
            self.say(self.sink.take(self.read_data()))
        elif command == "RCPT" and words.partition("<")[2].rstrip(">") in self.sink.refused:
            self.say("550 nobody of this name")
        else:
            self.say("221 bye" if command == "QUIT" else "250 fine")
        return command != "QUIT"

    def read_data(self) -> bytes:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line.removeprefix(b".") for line in lines)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    session: Any = type("Session", (_Session,), {"sink": sink})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
    sink.port = server.server_address[1]
    with _running(server):
        yield sink


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append((dict(self.headers), body))
            if receiver.hangs is not None:
                receiver.hangs.wait(60)
            status = receiver.statuses.pop(0) if receiver.statuses else 200
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Not on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    with _running(server):
        yield receiver


@contextmanager
def _running(server: Any) -> Iterator[None]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
