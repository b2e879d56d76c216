"""The image, as far as it can be tried without an engine that builds it: the files that it takes,
its check, and its web server, which must not write beside them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT, responses, stop, wait_until

pytestmark = pytest.mark.processes

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SECRET_KEY": "vT3s0zqk9vXbR7mJcQ2nLwE8yHgF5dUaPoIi1KxTzSrMlNbCq4",
    "DATA_BUCKET": "data-of-the-network",
    "ALLOWED_HOSTS": "127.0.0.1",
    "HTTPS": "false",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image has in /app."""
    folder = tmp_path_factory.mktemp("app")
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        for source in map(ROOT.joinpath, sources):
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / source.name, ignore=ignored)
            else:
                shutil.copy(source, folder)
    return folder


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_what_is_copied_passes_the_check_that_the_image_makes(app):
    assert "python manage.py check" in DOCKERFILE
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=app,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_web_serves_pages_and_static_files_and_writes_beside_none(app, tmp_path):
    before, port = files(app), free_port()
    command = re.search(r"^CMD \[(.+?)\]$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert command is not None
    words = re.findall(r'"([^"]+)"', command[1].replace("0.0.0.0:8000", f"127.0.0.1:{port}"))
    environment = ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path}/web.sqlite3"}
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=app, env=environment)
    try:
        wait_until(lambda: responses(f"http://127.0.0.1:{port}/healthz"), process)
        assert responses(f"http://127.0.0.1:{port}/static/sluice/frame.css")
    finally:
        stop(process)
    assert files(app) == before


def test_nobody_is_root_in_it():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users[-1] not in ("root", "0")


def test_only_what_is_copied_is_sent_to_whoever_builds_it():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert ignored[0] == "**"
    assert {line[1:] for line in ignored if line.startswith("!")} == names
