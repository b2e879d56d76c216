"""Ports that nobody listens on."""

import secrets
import socket
from contextlib import suppress

_LOWEST, _HIGHEST = 10_000, 32_000
_given: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody listens on and that was not given before.

    Below those that systems give to connections, from 32,768 on Linux: any of these could be
    taken, or given a second time, before the test's own server listens.
    """
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port
