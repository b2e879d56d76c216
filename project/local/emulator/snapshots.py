"""Snapshots of the embedded AWS: which one counts, and how the next one takes its place.

Each snapshot is a directory of its own. ``snapshot.json`` beside them names the one that counts,
and is replaced in one step after the new directory is complete: a crash at any moment leaves
either the old snapshot or the new one, never some services of each.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_NEVER = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``taken_at``: ISO 8601, UTC; what happened later is not in it. ``clean``: nothing did."""

    taken_at: str
    clean: bool
    directory: str


def now() -> str:
    """The time as ``Snapshot.taken_at`` has it: rounded down, as S3 dates its objects."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


class SnapshotStore:
    """The snapshots under ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pointer = root / "snapshot.json"

    @property
    def latest(self) -> Snapshot | None:
        """The one that counts; None when there never was one. Raises OSError."""
        try:
            return Snapshot(**json.loads(self._pointer.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            # It is replaced in one step: somebody else wrote it. To begin anew would lose the data.
            raise OSError(f"{self._pointer} is damaged: {error}") from error

    def begin(self) -> Path:
        """Note that changes come from now on. Returns the directory to load."""
        self._root.mkdir(parents=True, exist_ok=True)
        # Without a note nothing is known of the time before.
        latest = self.latest or Snapshot(_NEVER, clean=False, directory="state-0")
        self._point_to(Snapshot(latest.taken_at, clean=False, directory=latest.directory))
        self._remove_others(latest.directory)
        return self._root / latest.directory

    def fresh_directory(self) -> Path:
        """An empty directory for the next snapshot."""
        number = max(int(path.name.rpartition("-")[2]) for path in self._directories()) + 1
        directory = self._root / f"state-{number}"
        directory.mkdir()
        return directory

    def commit(self, directory: Path, taken_at: str, *, clean: bool) -> None:
        """Let the complete snapshot in ``directory`` count from now on."""
        self._point_to(Snapshot(taken_at, clean, directory.name))
        self._remove_others(directory.name)

    def _point_to(self, snapshot: Snapshot) -> None:
        (self._root / snapshot.directory).mkdir(exist_ok=True)
        replace_file(self._pointer, json.dumps(asdict(snapshot)) + "\n")

    def _remove_others(self, keep: str) -> None:
        for path in self._directories():
            if path.name != keep:
                shutil.rmtree(path, ignore_errors=True)

    def _directories(self) -> list[Path]:
        return list(self._root.glob("state-*"))


def replace_file(path: Path, text: str) -> None:
    """Write a file (mode 600) in one step, on the disk when this returns."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Bring a directory's own entries to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(directory: Path) -> None:
    """Bring the files in ``directory`` to the disk."""
    for path in directory.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_directory(directory)
