"""Makes a picture of every page, wide and narrow, light and dark: ``bin/screenshots``.

Starts a stack of its own on free ports, fills it, goes through tests/pages/every_page.py, and stops
it. Nothing of a stack that runs already is touched.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django

import tests.environment  # noqa: F401 - nothing of a real AWS account gets in
from tests.local.test_up import Stack
from tests.support.processes import ROOT

_DEFAULT = ROOT / "docs" / "screenshots"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/screenshots", description="Makes a picture of every page."
    )
    parser.add_argument(
        "directory", nargs="?", type=Path, default=_DEFAULT, help="docs/screenshots"
    )
    parser.add_argument(
        "--readme", action="store_true", help="make only those of the README, in docs/pictures"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack is stopped then too
    with tempfile.TemporaryDirectory(prefix="sluice-screenshots-") as temporary:
        stack = Stack(Path(temporary))
        try:
            os.environ["TASK_SECONDS"] = "600"  # an import that nobody works on is not missed
            stack.start_until_ready("--demo" if options.readme else "--no-sample")
            _become_part_of(stack)
            # Its modules need Django to be set up.
            walk = import_module("tests.screenshots.walk").walk
            password = (stack.data_dir / "admin-password").read_text().strip()
            for path in walk(stack.url, password, options.directory, options.readme):
                sys.stdout.write(f"{path}\n")
            stack.stop()
        finally:
            stack.kill()


def _become_part_of(stack: Stack) -> None:
    """Use its database and its AWS in this process too."""
    lines = stack.shell("env").splitlines()
    os.environ.update(line.split("=", 1) for line in lines if "=" in line)
    os.environ["ALLOWED_HOSTS"] += ",testserver"  # the name that Django's test client uses
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
    django.setup()
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    main()
