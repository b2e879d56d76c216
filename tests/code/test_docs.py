"""What the documents name exists, so that the walk through the code stays true."""

import re
from pathlib import Path

import pytest

from tests.support.processes import ROOT

DOCUMENTS = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ]
)
# What only a running stack, or a test run, makes.
MADE = (".local", "docs/screenshots", "tests/code/frontend/node_modules")
_NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|txt|toml))(?:::(\w+))?`")
_LINK = re.compile(r"\]\((?!\w+:)([^)#]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    missing = [
        f"{path}::{name}" if name else path
        for path, name in _NAMED.findall(text)
        if _is_path(path) and not _exists(path, name)
    ]
    missing += [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


def test_the_walk_names_functions() -> None:
    named = _NAMED.findall((ROOT / "docs" / "architecture.md").read_text())
    assert len([name for _, name in named if name]) > 20


def _is_path(text: str) -> bool:
    """Whether it is one of ours: not an address, nor a key in a bucket."""
    top = text.split("/", 1)[0]
    return not text.startswith(MADE) and ("/" not in text or (ROOT / top).exists()) and bool(top)


def _exists(path: str, name: str) -> bool:
    whole = ROOT / path
    if not whole.exists():
        return False
    return not name or bool(re.search(rf"(?m)^\s*(?:def|class) {name}\b", whole.read_text()))
