"""Pictures of all pages: wide and narrow, light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import reverse
from playwright.sync_api import Browser, ViewportSize
from playwright.sync_api import Page as Tab

from ingestion.aws.object_keys import DEMO_PREFIX
from ingestion.models import Import
from tests.pages.browsing import DESKTOP, PHONE, Visitors, wait_until_loaded
from tests.pages.contents import ADMIN
from tests.pages.every_page import Page

_SIZES = {"desktop": DESKTOP, "phone": PHONE}
_SCHEMES: tuple[Any, ...] = ("light", "dark")
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
    browser: Browser, url: str, passwords: dict[str, str], directory: Path
) -> Iterator[Path]:
    """The README's pictures, of the demonstration that ``bin/up --demo`` has."""
    visitors = Visitors(browser, url, passwords, color_scheme="light", viewport=_SIZE_IN_README)
    by_hand = Import.objects.get(key__startswith=f"{DEMO_PREFIX}by-hand/")
    for name, address in (
        ("import", by_hand.get_absolute_url()),
        ("messages", reverse("messages")),
    ):
        tab = visitors.tab(ADMIN)
        tab.goto(url + address)
        wait_until_loaded(tab)
        path = directory / f"{name}.png"
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
