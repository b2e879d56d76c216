"""All pages in a real browser: what axe-core finds, what the browser complains about, and whether
they fit on a phone.

axe-core is Deque's checker of the rules of WCAG, https://github.com/dequelabs/axe-core; of its four
degrees of impact the upper two are faults here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage
from playwright.sync_api import Page as Tab

from tests.pages.browsing import (
    DESKTOP,
    PHONE,
    Visitors,
    needs_browser,
    wait_until_loaded,
)
from tests.pages.contents import ADMIN, PASSWORD, VIEWER, fill
from tests.pages.every_page import Page, every_page

pytestmark = needs_browser

PASSWORDS = {ADMIN: PASSWORD, VIEWER: PASSWORD}
FAULTS = {"serious", "critical"}
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
COMPLAINTS = {"error", "warning"}
# So many processes can look at pages side by side.
PARTS = 3


@pytest.fixture
def pages(aws: str, live_server: Any) -> list[Page]:
    fill(120)
    return every_page()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_fault(
    part: int, browser: Browser, pages: list[Page], live_server: Any
) -> None:
    visitors = Visitors(browser, live_server.url, PASSWORDS, script=AXE_SCRIPT)
    found: list[str] = []
    for page in pages[part::PARTS]:
        tab = visitors.tab(page.visitor)
        with _watched(tab, page) as complaints:
            found += _faults_in_the_light(tab, page, live_server.url)
            found += _faults_in_the_dark(tab, page)
        found += complaints
    visitors.close()

    assert not found, "\n".join(found)


def _faults_in_the_light(tab: Tab, page: Page, url: str) -> Iterator[str]:
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size(DESKTOP)
    tab.goto(f"{url}{page.address}")
    wait_until_loaded(tab)
    if _is_dark(tab):
        yield f"{page.name} is not light"
    yield from (f"{page.name}, desktop, light, {fault}" for fault in _faults(tab))


def _faults_in_the_dark(tab: Tab, page: Page) -> Iterator[str]:
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size(PHONE)
    tab.reload()
    wait_until_loaded(tab)
    if not _is_dark(tab):
        yield f"{page.name} is not dark"
    yield from (f"{page.name}, phone, dark, {fault}" for fault in _faults(tab))
    if (width := tab.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
        yield f"{page.name}, phone, is {width} pixels wide"


@contextmanager
def _watched(tab: Tab, page: Page) -> Iterator[list[str]]:
    """What the browser complains about meanwhile."""
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        # The browser notes each answer that is no success; the list of pages knows of it.
        is_known = page.status != 200 and message.text.startswith("Failed to load resource")
        if message.type in COMPLAINTS and not is_known:
            complaints.append(f"{page.name}, {message.type}: {message.text}")

    def failed(error: Any) -> None:
        complaints.append(f"{page.name}, {error}")

    tab.on("console", said)
    tab.on("pageerror", failed)
    yield complaints
    tab.remove_listener("console", said)
    tab.remove_listener("pageerror", failed)


def _is_dark(tab: Tab) -> bool:
    return bool(tab.evaluate("document.documentElement.classList.contains('dark')"))


def _faults(tab: Tab) -> list[str]:
    """Of what axe finds the faults alone come back: all of it is some hundred kilobytes, which take
    longer than to find them."""
    violations = tab.evaluate("options => axe.run(options).then(all => all.violations)", ALL_RULES)
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for violation in violations
        if violation["impact"] in FAULTS
        for node in violation["nodes"]
    ]
