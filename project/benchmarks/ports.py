"""Ports for the servers of benchmarks."""

from socket import create_server


def free_port() -> int:
    """One that nothing listens on just now."""
    with create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
