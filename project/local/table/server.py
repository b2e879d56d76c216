"""The embedded table: the engine, and the guard before it, on the loopback interface alone.

``python -m project.local.table.server --port 4567 --file .local/table/records.sqlite3`` keeps the
records there; ``--in-memory`` keeps none (for tests).
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from project.local.table import engine
from project.local.table.guard import Guard
from project.local.table.http_message import MAX_HEAD_BYTES

_PAUSE_SECONDS = 0.02
_STOP_SECONDS = 10
_BACKLOG = 512


def main() -> None:
    options = _parser().parse_args()
    try:
        code = asyncio.run(_serve(options.port, options.file))
    except OSError as error:
        sys.exit(f"error: the embedded table could not run: {error}")
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m project.local.table.server")
    parser.add_argument("--port", type=int, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--file", type=Path)
    where.add_argument("--in-memory", action="store_true")
    return parser


async def _serve(port: int, file: Path | None) -> int:
    """Serve until a signal comes. Returns 1 when the engine ended by itself."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = engine.hidden_address()
    process = await engine.start(address, file)
    ended = asyncio.create_task(_ended(process))
    stopped = asyncio.create_task(stop.wait())
    guarding = asyncio.create_task(_guard(address, port))
    try:
        await asyncio.wait({ended, stopped, guarding}, return_when=asyncio.FIRST_COMPLETED)
        if guarding.done():
            guarding.result()  # a port that is in use is raised here
    finally:
        guarding.cancel()
        if not ended.done():
            await _stop(process)
        await asyncio.wait({ended, guarding})
    return 0 if stopped.done() else 1


async def _ended(process: asyncio.subprocess.Process) -> None:
    await engine.pass_on_errors(process)
    await process.wait()


async def _guard(address: engine.Address, port: int) -> None:
    """Serve as soon as the engine listens."""
    await _until_listening(address)
    guard = await asyncio.start_server(
        Guard(address), "127.0.0.1", port, limit=MAX_HEAD_BYTES, backlog=_BACKLOG
    )
    async with guard:
        await guard.serve_forever()


async def _until_listening(address: engine.Address) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(*address)
        except ConnectionError:
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            writer.close()
            return


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()


if __name__ == "__main__":
    main()
