"""The pictures that bin/screenshots makes."""

from pathlib import Path
from typing import Any

from tests.pages.browsing import chromium, needs_browser
from tests.pages.every_page import NOBODY, Page
from tests.screenshots import pictures

pytestmark = needs_browser


def width(picture: Path) -> int:
    """From the header of a PNG file, https://www.w3.org/TR/png-3/#11IHDR."""
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    return int.from_bytes(content[16:20], "big")


def test_a_page_is_pictured_wide_and_narrow_in_light_and_in_dark(
    aws: str, live_server: Any, tmp_path: Path
) -> None:
    page = Page("login", "/login/", visitor=NOBODY)
    with chromium() as browser:
        made = list(pictures.of_all(browser, live_server.url, {}, [page], tmp_path))

    assert {path.name: width(path) for path in made} == {
        "login-desktop-light.png": 1280,
        "login-desktop-dark.png": 1280,
        "login-phone-light.png": 390,
        "login-phone-dark.png": 390,
    }
    assert len({path.read_bytes() for path in made}) == 4
