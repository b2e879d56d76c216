"""The SQLite file has passwords and tokens in it, though hashed: others have no right to it."""

import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from project.settings.private_file import make_private
from tests.support.processes import ROOT, tethered


def modes(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


def database(path: object) -> dict[str, object]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}


def test_a_database_that_migrate_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}
    command = tethered("manage.py", "migrate", "contenttypes", "--verbosity", "0")
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    assert modes(tmp_path)["new.sqlite3"] == 0o600
    assert set(modes(tmp_path).values()) == {0o600}


def test_the_files_beside_it_are_too(tmp_path: Path) -> None:
    make_private(database(tmp_path / "new.sqlite3"))
    connection = sqlite3.connect(tmp_path / "new.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE one (a)")
    found = modes(tmp_path)
    connection.close()
    assert found == {f"new.sqlite3{end}": 0o600 for end in ("", "-wal", "-shm")}


def test_one_of_before_is_made_private(tmp_path: Path) -> None:
    for end in ("", "-wal"):
        (tmp_path / f"old.sqlite3{end}").write_bytes(b"as it was")
        (tmp_path / f"old.sqlite3{end}").chmod(0o644)
    make_private(database(tmp_path / "old.sqlite3"))
    assert set(modes(tmp_path).values()) == {0o600}
    assert (tmp_path / "old.sqlite3").read_bytes() == b"as it was"


@pytest.mark.parametrize("name", [":memory:", "file:memorydb?mode=memory"])
def test_no_file_is_made_for_a_database_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make_private(database(name))
    make_private({"ENGINE": "django.db.backends.postgresql", "NAME": "sluice"})
    make_private(database("missing/new.sqlite3"))
    assert modes(tmp_path) == {}
