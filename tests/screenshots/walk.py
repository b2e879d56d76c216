"""Fills a running stack, and has the pictures made."""

from collections.abc import Iterator
from pathlib import Path

from ingestion.models import Import
from tests.ingestion.helpers import put
from tests.pages.browsing import chromium
from tests.pages.contents import ADMIN, PASSWORD, VIEWER, add_files, add_what_people_did
from tests.pages.every_page import every_page
from tests.screenshots import pictures
from tests.support.processes import ROOT, wait_until

_ROWS = 6000
_IN_README = ROOT / "docs" / "pictures"


def walk(url: str, password: str, directory: Path, is_readme: bool) -> Iterator[Path]:
    """The pictures of the stack that this process is part of, one by one as they are written."""
    if is_readme:
        with chromium() as browser:
            yield from pictures.for_readme(browser, url, {ADMIN: password}, _IN_README)
        return
    add_files(_import, _ROWS)
    add_what_people_did()
    passwords = {ADMIN: password, VIEWER: PASSWORD}
    with chromium() as browser:
        yield from pictures.of_all(browser, url, passwords, every_page(), directory)


def _import(text: str, key: str) -> None:
    """Put a file into the bucket, and wait until the workers have done with it."""
    put(text, key)
    wait_until(lambda: _has_ended(key))


def _has_ended(key: str) -> bool:
    return any(not import_.is_running for import_ in Import.objects.filter(key=key))
