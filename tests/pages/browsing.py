"""Chromium, and people who are logged in to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

from tests.pages.every_page import NOBODY

CHROMIUM = Path("/usr/bin/chromium")
IS_REQUIRED = os.environ.get("SLUICE_REQUIRE_BROWSER") == "1"
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and not IS_REQUIRED, reason=f"{CHROMIUM} is not installed"
    ),
]


# The requests of each tab that have no answer yet.
_under_way: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def wait_for_document(tab: Page) -> None:
    """Wait until Swagger UI has the API's document, on the page that it makes."""
    tab.wait_for_function("!document.querySelector('.swagger-ui .loading-container')")


def wait_until_loaded(tab: Page) -> None:
    """Wait until all is there that a page loads by itself."""
    tab.wait_for_load_state("load")
    wait_for_document(tab)
    tab.evaluate("document.fonts.ready")
    while _under_way[tab]:
        tab.wait_for_timeout(10)


def _watch_requests(tab: Page) -> None:
    requests = _under_way[tab] = set()

    def begun(request: Request) -> None:
        requests.add(request)

    def ended(request: Request) -> None:
        requests.discard(request)

    tab.on("request", begun)
    tab.on("requestfinished", ended)
    tab.on("requestfailed", ended)


class Visitors:
    """A tab for each user name, logged in; ``options`` are those of the browser's context.
    ``script`` runs at the start of each page."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        passwords: dict[str, str],
        *,
        script: str = "",
        **options: Any,
    ):
        self._browser = browser
        self.url = url
        self._passwords = passwords
        self._script = script
        self._options = options
        self._tabs: dict[str, Page] = {}

    def tab(self, name: str) -> Page:
        if name not in self._tabs:
            page = self._context().new_page()
            _watch_requests(page)
            page.add_init_script(self._script)
            if name != NOBODY:
                self._log_in(page, name)
            self._tabs[name] = page
        return self._tabs[name]

    def close(self) -> None:
        for page in self._tabs.values():
            page.context.close()

    def _context(self) -> BrowserContext:
        return self._browser.new_context(reduced_motion="reduce", **self._options)

    def _log_in(self, page: Page, name: str) -> None:
        page.goto(f"{self.url}/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", self._passwords[name])
        page.click("button:has-text('Log in')")
        page.wait_for_url(f"{self.url}/")
