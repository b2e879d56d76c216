"""All pages in a real browser: what axe-core finds, what the browser complains about, and whether
they fit on a phone.

axe-core is Deque's checker of the rules of WCAG, https://github.com/dequelabs/axe-core; of its four
degrees of impact the upper two are faults here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from playwright.sync_api import Browser, ConsoleMessage
from playwright.sync_api import Page as Tab

from tests.pages.browsing import (
    DESKTOP,
    PHONE,
    Visitors,
    chromium,
    confirm,
    needs_browser,
    wait_for_document,
)
from tests.pages.contents import ADMIN, PASSWORD, VIEWER, fill
from tests.pages.every_page import Page, every_page

pytestmark = needs_browser

PASSWORDS = {ADMIN: PASSWORD, VIEWER: PASSWORD}
FAULTS = {"serious", "critical"}
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
RULES_OF_COLOURS = ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}
COMPLAINTS = {"error", "warning"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def pages(aws: str, live_server: Any, settings: LazySettings) -> list[Page]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    fill(120)
    return every_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault(
    scheme: Any, browser: Browser, pages: list[Page], live_server: Any
) -> None:
    visitors = Visitors(browser, live_server.url, PASSWORDS, color_scheme=scheme)
    # What is not about colours is the same in the dark.
    options = ALL_RULES if scheme == "light" else RULES_OF_COLOURS
    found: list[str] = []
    for page in pages:
        tab = visitors.tab(page.visitor)
        with _watched(tab, page) as complaints:
            tab.set_viewport_size(DESKTOP)
            tab.goto(f"{live_server.url}{page.address}")
            wait_for_document(tab)
            if _is_dark(tab) != (scheme == "dark"):
                found.append(f"{page.name} is not {scheme}")
            found += [f"{page.name}, desktop, {fault}" for fault in _faults(tab, options)]
            tab.set_viewport_size(PHONE)
            found += [f"{page.name}, phone, {fault}" for fault in _faults(tab, options)]
            if (width := tab.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
                found.append(f"{page.name}, phone, is {width} pixels wide")
            confirm(tab)
        found += complaints
    visitors.close()

    assert not found, "\n".join(found)


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


def _faults(tab: Tab, options: dict[str, Any]) -> list[str]:
    response = Axe().run(tab, options=options).response
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for violation in response["violations"]
        if violation["impact"] in FAULTS
        for node in violation["nodes"]
    ]
