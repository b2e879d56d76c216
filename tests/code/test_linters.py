"""The checks of style, types and architecture, as tests, so that one command runs everything."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import frontend
from tests.support.processes import ROOT

BIN = Path(sys.executable).parent
COMMANDS = {
    "style": ["ruff", "check", "--no-cache"],
    "format": ["ruff", "format", "--check", "--no-cache"],
    "types": ["mypy"],
    "architecture": ["lint-imports", "--no-cache"],
    "security": [
        *["bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive"],
        *["project", "ingestion", "columns", "messages_app"],
        *["silence", "notices", "audit", "common"],
    ],
    "cloudformation": ["cfn-lint", *sorted(str(path) for path in (ROOT / "deploy").glob("*.yaml"))],
    "templates": [
        *["djade", "--check", "--target-version", "5.2"],
        *sorted(str(path) for path in (ROOT / "templates").rglob("*.html")),
    ],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_code_passes(command: list[str]) -> None:
    # The settings that mypy's plugin reads are those of tests/environment.py.
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_javascript_and_styles_pass() -> None:
    frontend.install_linter()
    done = subprocess.run(
        [
            *[str(frontend.LINTER), "check", "--error-on-warnings", "--colors=off"],
            *["--config-path", str(frontend.FOLDER), "static"],
        ],
        cwd=ROOT,
        env=frontend.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
