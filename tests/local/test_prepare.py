"""How bin/up and bin/test find Python and make .venv."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project.local.prepare import Failed, Venv, prepare
from tests.support.processes import ROOT

pytestmark = pytest.mark.processes

OLD_PYTHON = """#!/bin/sh
case "$2" in
    *sys.exit*) exit 1 ;;
    *print*) echo 3.9 ;;
esac
"""
NEW_PYTHON = f"""#!/bin/sh
exec "{sys.executable}" "$@"
"""


@pytest.fixture
def no_python(tmp_path: Path) -> Path:
    """A directory for PATH with all that bin/up needs, Python excepted."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "env", "sh"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    return tools


def run_up(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(ROOT / "bin" / "up"), "--help"],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def install_python(directory: Path, name: str, script: str) -> None:
    path = directory / name
    path.write_text(script)
    path.chmod(0o755)


def test_a_missing_python_is_one_sentence(no_python):
    done = run_up(no_python)
    assert done.returncode == 1
    assert done.stderr == (
        "error: Python 3.11 or newer is needed. "
        "Install it from python.org or with the system's package manager.\n"
    )


def test_an_old_python_is_one_sentence_with_its_version(no_python):
    install_python(no_python, "python3", OLD_PYTHON)
    done = run_up(no_python)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, and here is only 3.9." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_newer_python_is_found_beside_an_old_one(no_python):
    install_python(no_python, "python3", OLD_PYTHON)
    install_python(no_python, "python3.12", NEW_PYTHON)
    done = subprocess.run(
        ["bash", "-c", f". {ROOT}/bin/python.sh; find_python"],
        env={"PATH": str(no_python)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "python3.12"


def test_a_python_without_venv_is_one_sentence(tmp_path):
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    script = "from project.local.prepare import *; Venv(Path('.venv')).make()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "has no venv module. Install it; on Debian and Ubuntu" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.fixture(scope="module")
def empty_lock(tmp_path_factory) -> Path:
    lock = tmp_path_factory.mktemp("lock") / "requirements.txt"
    lock.write_text("# nothing\n")
    return lock


@pytest.fixture(scope="module")
def made(tmp_path_factory, empty_lock) -> Path:
    path = tmp_path_factory.mktemp("made") / ".venv"
    prepare(Venv(path), empty_lock)
    return path


def test_a_lock_is_installed_once_until_it_changes(made, empty_lock, tmp_path):
    venv = Venv(made)
    assert venv.is_whole
    assert venv.has(empty_lock)
    changed = tmp_path / empty_lock.name
    changed.write_text("# something\n")
    assert not venv.has(changed)
    other = tmp_path / "requirements-dev.txt"
    other.write_text("# nothing\n")
    assert not venv.has(other)


def test_a_broken_off_installation_is_made_anew(made, empty_lock):
    (made / "unfinished").touch()
    (made / "leftover").touch()
    assert not Venv(made).is_whole
    prepare(Venv(made), empty_lock)
    assert Venv(made).is_whole
    assert not (made / "leftover").exists()


def test_a_failed_installation_shows_why_and_is_tried_again(made, tmp_path, empty_lock):
    lock = tmp_path / "broken.txt"
    lock.write_text("not a requirement at all\n")
    with pytest.raises(Failed, match=r"(?s)could not install broken.txt.*not a requirement"):
        prepare(Venv(made), lock)
    assert not Venv(made).is_whole
