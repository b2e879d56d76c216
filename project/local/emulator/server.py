"""The embedded AWS: one process with S3, SQS and DynamoDB, on the loopback interface alone.

``python -m project.local.emulator.server --port 4566 --data-dir .local/aws`` keeps its data there;
``--in-memory`` keeps none, and may be reset by a request (for tests). Pages in a browser are
refused, but for those that the web on ``--web-port`` serves.
"""

import argparse
import asyncio
import fcntl
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.utils import LifespanFailureError

from project.local.emulator.cross_origin import CrossOrigin
from project.local.emulator.loopback_only import LoopbackOnly
from project.local.emulator.ministack_state import App, Emulator
from project.local.emulator.persistent_app import PersistentApp
from project.local.emulator.ranged_reads import RangedReads
from project.local.emulator.rewindable import Rewindable
from project.local.emulator.snapshots import SnapshotStore
from project.local.from_here import origins_of_port

# Loading or saving a million records takes about half a minute.
_LIFESPAN_SECONDS = 600


def main() -> None:
    options = _parser().parse_args()
    try:
        with _owned(options.data_dir) as root:
            asyncio.run(_serve(options, root))
    except LifespanFailureError as error:
        sys.exit(f"error: the embedded AWS could not load its data: {error}")
    except OSError as error:
        sys.exit(f"error: the embedded AWS could not run: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m project.local.emulator.server")
    parser.add_argument("--port", type=int, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data-dir", type=Path)
    where.add_argument("--in-memory", action="store_true")
    parser.add_argument("--snapshot-seconds", type=float, default=30)
    parser.add_argument("--web-port", type=int, help="whose pages may send files and read them")
    return parser


@contextmanager
def _owned(directory: Path | None) -> Iterator[Path | None]:
    """Hold the data directory, after waiting for a process that still saves to it."""
    if directory is None:
        yield None
        return
    root = directory.resolve()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield root


async def _serve(options: argparse.Namespace, root: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{options.port}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.startup_timeout = config.shutdown_timeout = _LIFESPAN_SECONDS
    app = LoopbackOnly(
        CrossOrigin(_application(options.port, root, options.snapshot_seconds)),
        origins=origins_of_port(options.web_port) if options.web_port else frozenset(),
        resettable=root is None,
    )
    await serve(app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]


def _application(port: int, root: Path | None, snapshot_seconds: float) -> App:
    if root is None:
        emulator = Emulator(port, state=None, objects=None)
        return Rewindable(RangedReads(emulator), emulator)
    store = SnapshotStore(root)
    emulator = Emulator(port, state=store.begin(), objects=root / "objects")
    return PersistentApp(RangedReads(emulator), emulator, store, snapshot_seconds)


if __name__ == "__main__":
    main()
