"""The database's file, when it is one, is for its owner alone."""

from contextlib import suppress
from pathlib import Path
from typing import Any

_SQLITE = "django.db.backends.sqlite3"


def make_private(database: dict[str, Any]) -> None:
    """Make an SQLite file that is missing, and take others' rights from one that is there.

    SQLite gives the files beside it (``-wal``, ``-shm``) the same rights when it makes them.
    https://www.sqlite.org/src/file/src/os_unix.c (findCreateFileMode)
    """
    name = str(database["NAME"])
    if database["ENGINE"] != _SQLITE or ":memory:" in name or name.startswith("file:"):
        return
    # Where that is impossible, the connection will say why; and a file of somebody else's is as
    # open as its owner wants it.
    with suppress(OSError):
        Path(name).touch(mode=0o600)
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{name}{end}").chmod(0o600)
