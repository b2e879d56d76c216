"""The frame of every page by keyboard: the way past the navigation, the navigation, the menu."""

import pytest
from playwright.sync_api import expect

from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.keyboard.conftest import Sit

pytestmark = needs_browser

PAGES = ("/", "/admin/", "/admin/auth/user/", "/api/messages/")


@pytest.mark.parametrize("address", PAGES)
def test_the_first_key_offers_the_way_to_the_content(address: str, sit: Sit) -> None:
    keyboard = sit(address)

    keyboard.press("Tab")
    expect(keyboard.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.press("Enter")

    expect(keyboard.page.get_by_role("main")).to_be_focused()


def test_the_menu_of_the_user_is_opened_used_and_left_by_keys(sit: Sit) -> None:
    keyboard = sit("/", viewport=DESKTOP)
    button = keyboard.choose("button", "kim , your account", key="Space")
    expect(button).to_have_attribute("aria-expanded", "true")
    keyboard.look_for_faults()

    keyboard.choose("button", "Dark", backwards=True)
    keyboard.page.wait_for_function("document.documentElement.classList.contains('dark')")
    expect(keyboard.page.get_by_role("button", name="Dark")).to_have_attribute(
        "aria-pressed", "true"
    )
    keyboard.look_for_faults()
    keyboard.press("Escape")

    expect(keyboard.page.get_by_role("button", name="Dark")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_menu_closes_when_the_focus_leaves_it(sit: Sit) -> None:
    keyboard = sit("/", viewport=DESKTOP)
    button = keyboard.choose("button", "kim , your account")

    keyboard.press("Tab")

    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_navigation_is_folded_by_a_button_that_says_so(sit: Sit) -> None:
    keyboard = sit("/", viewport=DESKTOP)
    button = keyboard.choose("button", "Navigation")

    expect(button).to_have_attribute("aria-expanded", "false")
    expect(keyboard.page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(button).to_be_focused()
    keyboard.press("Space")
    expect(keyboard.page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_on_a_phone_the_navigation_has_the_focus_until_it_is_closed(sit: Sit) -> None:
    keyboard = sit("/", viewport=PHONE)
    button = keyboard.choose("button", "Navigation")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(keyboard.page.get_by_role("button", name="Close the navigation")).to_be_focused()
    keyboard.look_for_faults()
    keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")

    keyboard.press("Enter")
    keyboard.choose("link", "Upload")

    keyboard.page.wait_for_url("**/upload/")


@pytest.mark.parametrize("address", PAGES)
def test_a_reader_hears_no_names_of_icons(address: str, sit: Sit) -> None:
    page = sit(address).page

    glyphs = page.locator(".material-symbols-outlined:not([aria-hidden=true])")

    expect(glyphs).to_have_count(0)
