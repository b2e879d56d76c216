"""A PostgreSQL server for a test run, from the distribution's packages.

``python -m tests.support.postgres pytest …`` starts one on a loopback port, runs the command
with its address in SLUICE_TESTS_POSTGRES, and ends it. It refuses to run as root: then the user
``postgres`` of the packages runs it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

ADDRESS = "SLUICE_TESTS_POSTGRES"
_USER = "postgres"
# Nothing outlives the run, so nothing has to reach the disk.
_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


def main() -> None:
    with server() as address:
        done = subprocess.run(
            [sys.executable, "-m", *sys.argv[1:]],
            env={**os.environ, ADDRESS: address},
            check=False,
        )
    sys.exit(done.returncode)


@contextmanager
def server() -> Iterator[str]:
    """Its URL without a database; the user ``postgres`` needs no password."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="sluice-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    data = folder / "data"
    try:
        _run(programs / "initdb", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", data)
        port = free_port()
        options = " ".join(f"-c {name}={value}" for name, value in _QUICK.items())
        options += f" -c port={port} -c unix_socket_directories={folder}"
        _run(programs / "pg_ctl", "start", "-w", "-D", data, "-o", options, "-l", folder / "log")
        yield f"postgres://{_USER}@127.0.0.1:{port}"
    finally:
        _run(programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data, is_checked=False)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest server; Debian keeps it out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    sys.exit("error: there is no PostgreSQL here; install the package postgresql")


def _run(*command: str | Path, is_checked: bool = True) -> None:
    user = _USER if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(word) for word in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if is_checked and done.returncode:
        sys.exit(f"error: {command[0]} failed")


if __name__ == "__main__":
    main()
