"""Pictures of all pages: wide and narrow, light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize
from playwright.sync_api import Page as Tab

from tests.pages.browsing import DESKTOP, PHONE, Visitors, wait_until_loaded
from tests.pages.every_page import Page

_SIZES = {"desktop": DESKTOP, "phone": PHONE}
_SCHEMES: tuple[Any, ...] = ("light", "dark")
# Of the README: the pages that it shows, from their top down to what they are about.
_OF_README = {"import": "import.png", "messages": "messages.png"}
_SIZE_IN_README = ViewportSize(width=1280, height=1040)


def of_all(
    browser: Browser, url: str, passwords: dict[str, str], pages: list[Page], directory: Path
) -> Iterator[Path]:
    """Write ``messages-desktop-light.png`` and so on, each from top to bottom of its page."""
    directory.mkdir(parents=True, exist_ok=True)
    for scheme in _SCHEMES:
        visitors = Visitors(browser, url, passwords, color_scheme=scheme)
        for page in pages:
            tab = visitors.tab(page.visitor)
            for size, viewport in _SIZES.items():
                path = directory / f"{page.name}-{size}-{scheme}.png"
                _take_whole(tab, url + page.address, viewport, path)
                yield path
        visitors.close()


def for_readme(
    browser: Browser, url: str, passwords: dict[str, str], pages: list[Page], directory: Path
) -> Iterator[Path]:
    """The README's pictures, under the names that it has for them."""
    visitors = Visitors(browser, url, passwords, color_scheme="light", viewport=_SIZE_IN_README)
    for page in pages:
        if page.name in _OF_README:
            tab = visitors.tab(page.visitor)
            tab.goto(url + page.address)
            wait_until_loaded(tab)
            path = directory / _OF_README[page.name]
            tab.screenshot(path=path)
            yield path
    visitors.close()


def _take_whole(tab: Tab, address: str, viewport: ViewportSize, path: Path) -> None:
    tab.set_viewport_size(viewport)
    tab.goto(address)
    wait_until_loaded(tab)
    # As if the screen were so long: what sticks to its edges is in the picture once.
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({**viewport, "height": max(viewport["height"], height)})
    tab.screenshot(path=path)
