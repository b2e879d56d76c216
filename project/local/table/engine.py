"""The engine of the embedded table: dynoxide, which is DynamoDB over SQLite, in one binary of npm.

It checks neither signatures nor who asks, and lets pages of every web site read its answers. So it
listens where no page finds it, at an address that is drawn anew at each start, and what everybody
is told is the address of the guard before it (guard.py).
"""

import asyncio
import platform
import secrets
import socket
import sys
from pathlib import Path
from typing import NamedTuple

from project.local import npm

FOLDER = Path(__file__).resolve().parent
_MACHINES = {"aarch64": "arm64", "amd64": "x64", "arm64": "arm64", "x86_64": "x64"}
_MACHINE = platform.machine().lower()
_SYSTEM = f"{sys.platform}-{_MACHINES.get(_MACHINE, _MACHINE)}"
# Of this system and processor, in the folder, once it is installed.
FILE = Path("node_modules", "@dynoxide", _SYSTEM, "dynoxide")
_NO_NEWS = ("Dynoxide listening on", "Shutting down")
_DIE_WITH_PARENT = FOLDER.parent / "processes" / "die_with_parent.py"


class Address(NamedTuple):
    host: str
    port: int


def is_installed() -> bool:
    """Whether the engine is here, as it is in the lock."""
    return npm.is_installed(FOLDER, FILE)


def hidden_address() -> Address:
    """A free loopback address that cannot be guessed: one of 16 million, and any port.

    Raises OSError on a system whose loopback is 127.0.0.1 alone, where the port would soon be found
    by trying.
    """
    host = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return Address(host, port)


async def start(address: Address, file: Path | None) -> asyncio.subprocess.Process:
    """Start the engine on a database file, or in memory. It dies with this process."""
    command = [str(FOLDER / FILE), "serve", "--host", address.host, "--port", str(address.port)]
    if file is not None:
        command += ["--db-path", str(file)]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(_DIE_WITH_PARENT),
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def pass_on_errors(process: asyncio.subprocess.Process) -> None:
    """Print what the engine says, but for the address that nobody needs, until it ends."""
    assert process.stderr
    async for line in process.stderr:
        text = line.decode(errors="replace").strip()
        if text and not text.startswith(_NO_NEWS):
            print(text, file=sys.stderr, flush=True)
