"""A connection over HTTP to addresses that are known, for so long altogether."""

import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Timer

from django.conf import settings


class Pinned(http.client.HTTPConnection):
    """Connects to the first of ``addresses`` that answers, whatever ``host`` is by then. Over TLS
    the certificate must be the host's."""

    def __init__(self, host: str, port: int, addresses: Sequence[str], *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=settings.NOTICE_SECONDS)
        self._addresses = addresses
        self._context = ssl.create_default_context() if is_tls else None
        self.default_port = 443 if is_tls else 80  # the header Host leaves it out

    def connect(self) -> None:
        """Raises OSError."""
        self.sock = self._connected()
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def _connected(self) -> socket.socket:
        last: OSError = OSError("no address")
        for address in self._addresses:
            try:
                return socket.create_connection((address, self.port), settings.NOTICE_SECONDS / 2)
            except OSError as error:
                last = error
        raise last


@contextmanager
def in_time(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the connection when the time is up, however slowly something still comes. Raises
    TimeoutError then."""
    is_over = Event()

    def cut() -> None:
        is_over.set()
        with suppress(OSError, AttributeError):  # it may not be there yet
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(settings.NOTICE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if is_over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError
