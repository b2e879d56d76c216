"""The options of ``bin/up``."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
_MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    aws_port: int
    data_dir: Path
    sample: bool
    workers: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def aws_dir(self) -> Path:
        return self.data_dir / "aws"


def parse(arguments: list[str]) -> Options:
    """Options from the command line. Ends the process with a sentence when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Runs all of Sluice on this machine until Ctrl-C."
    )
    parser.add_argument("--port", type=_port, default=8000, help="of the web pages (8000)")
    parser.add_argument("--aws-port", type=_port, default=4566, help="of the embedded AWS (4566)")
    parser.add_argument(
        "--data-dir", type=Path, default=_ROOT / ".local", help="where everything is kept (.local)"
    )
    parser.add_argument("--no-sample", action="store_true", help="do not import the sample file")
    parser.add_argument("--workers", type=_count, default=None, help="one a core, at most 4")
    given = parser.parse_args(arguments)
    if given.port == given.aws_port:
        parser.error("--port and --aws-port must differ")
    return Options(
        port=given.port,
        aws_port=given.aws_port,
        data_dir=given.data_dir.expanduser().resolve(),
        sample=not given.no_sample,
        workers=given.workers or min(os.cpu_count() or 1, _MOST_WORKERS),
    )


def _port(given: str) -> int:
    return _whole(given, 1, 65_535)


def _count(given: str) -> int:
    return _whole(given, 1, 64)


def _whole(given: str, least: int, most: int) -> int:
    if not given.isascii() or not given.isdigit() or not least <= int(given) <= most:
        raise argparse.ArgumentTypeError(f"{given!r} is not a number from {least} to {most}")
    return int(given)
