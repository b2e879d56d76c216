"""The options of ``bin/up``."""

import argparse
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from common.digits import from_digits

_ROOT = Path(__file__).resolve().parent.parent.parent
_MAX_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    aws_port: int
    table_port: int
    data_dir: Path
    sample: bool
    demo: bool
    workers: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def table_url(self) -> str:
        return f"http://127.0.0.1:{self.table_port}"

    @property
    def aws_dir(self) -> Path:
        return self.data_dir / "aws"

    @property
    def table_file(self) -> Path:
        """The database of the records, where an engine of its own serves the table."""
        return self.data_dir / "table" / "records.sqlite3"

    @property
    def metrics_dir(self) -> Path:
        """Where the processes count together, for ``/metrics``."""
        return self.data_dir / "metrics"


def parse(arguments: list[str]) -> Options:
    """Options from the command line. Ends the process with a sentence when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Runs all of Sluice on this machine until Ctrl-C."
    )
    parser.add_argument("--port", type=_port, default=8000, help="of the web pages (8000)")
    parser.add_argument("--aws-port", type=_port, default=4566, help="of the embedded AWS (4566)")
    parser.add_argument(
        "--table-port", type=_port, help="of the embedded DynamoDB (a free one, 4567 if it is)"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=_ROOT / ".local", help="where everything is kept (.local)"
    )
    parser.add_argument("--no-sample", action="store_true", help="do not import the sample file")
    parser.add_argument(
        "--demo", action="store_true", help="fill an empty stack with a month of made-up readings"
    )
    parser.add_argument("--workers", type=_count, default=None, help="one a core, at most 4")
    data = parser.parse_args(arguments)
    table_port = data.table_port or _table_port(data.port, data.aws_port)
    if len({data.port, data.aws_port, table_port}) < 3:
        parser.error("--port, --aws-port and --table-port must differ")
    return Options(
        port=data.port,
        aws_port=data.aws_port,
        table_port=table_port,
        data_dir=data.data_dir.expanduser().resolve(),
        sample=not (data.no_sample or data.demo),
        demo=data.demo,
        workers=data.workers or min(os.cpu_count() or 1, _MAX_WORKERS),
    )


def _table_port(port: int, aws_port: int) -> int:
    """The one after that of the embedded AWS, else one that is free just now."""
    for candidate in (aws_port + 1, 0):
        with socket.socket() as probe, suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            found: int = probe.getsockname()[1]
            if found not in {port, aws_port}:
                return found
    return aws_port + 1


def _port(data: str) -> int:
    return _whole(data, 1, 65_535)


def _count(data: str) -> int:
    return _whole(data, 1, 64)


def _whole(data: str, minimum: int, maximum: int) -> int:
    number = from_digits(data, maximum, minimum)
    if number is None:
        raise argparse.ArgumentTypeError(f"{data!r} is not a number from {minimum} to {maximum}")
    return number
