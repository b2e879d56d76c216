"""The listing of a folder tells its story: short enough to be read at one look."""

import subprocess
from collections import defaultdict
from pathlib import PurePosixPath

from tests.support.processes import ROOT

MAX_ENTRIES = 15
# Its names are those that tools look for there.
TOP = PurePosixPath()
# A line of changes that only ever grows, one behind the other.
LINE = "migrations"


def test_no_folder_has_more_entries_than_one_look_takes_in() -> None:
    too_full = {
        str(folder): sorted(entries)
        for folder, entries in _listings().items()
        if folder != TOP and folder.name != LINE and len(entries) > MAX_ENTRIES
    }
    assert too_full == {}


def _listings() -> dict[PurePosixPath, set[str]]:
    """The files and folders in each folder, as git has them."""
    listings = defaultdict(set)
    for name in _files():
        path = PurePosixPath(name)
        for entry in (path, *path.parents[:-1]):
            if entry.name != "__init__.py":
                listings[entry.parent].add(entry.name)
    return listings


def _files() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in done.stdout.splitlines() if (ROOT / name).exists()]
