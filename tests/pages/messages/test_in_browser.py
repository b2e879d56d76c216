"""Messages in a real browser: filtering, zooming, files, and two people at one record."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from messages_app.kinds.record_kind import BUILTIN
from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.conftest import Open
from tests.pages.record_pages import DATE, DAY, stored

pytestmark = needs_browser

LOADED = "All 40 records are drawn."
CHART = "window.Chart.getChart(document.querySelector('.charts canvas'))"
RECORD = f"/messages/{DATE}/00:00:00/"


@pytest.fixture
def day(aws: str, db: None) -> None:
    """A record every ten minutes, in Lisbon and Porto by turns."""
    for number in range(40):
        stored(
            number * 600,
            location="Porto" if number % 2 else "Lisbon",
            local_avg=Decimal(number),
        )


def times(page: Page) -> Locator:
    return page.locator("#records tbody th time")


def show_filters(page: Page) -> None:
    """On a phone they are folded."""
    if not page.locator("#f-show").is_visible():
        page.click("summary:has-text('Filters')")


@pytest.mark.parametrize(
    "options",
    [{}, {"viewport": PHONE}, {"java_script_enabled": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_filters_are_in_the_address_and_can_be_taken_off(
    options: dict[str, Any], visit: Open, day: None
) -> None:
    page = visit("kim", f"/messages/?date={DATE}", **options)
    show_filters(page)

    page.fill("[name=location]", "Porto")
    page.fill("[name=time_from]", "05")
    page.click("#f-show")

    expect(times(page)).to_have_count(5)
    assert "location=Porto" in page.url
    assert "time_from=05" in page.url
    if options.get("java_script_enabled", True):
        assert "source" not in page.url  # what is empty is left out
    page.reload()
    expect(times(page)).to_have_count(5)

    page.locator(".active-filter", has_text="From time").click()
    expect(times(page)).to_have_count(20)
    page.go_back()
    expect(times(page)).to_have_count(5)
    assert "time_from=05" in page.url


def test_what_is_wrong_is_told_beside_the_field_without_leaving_the_page(
    visit: Open, day: None
) -> None:
    page = visit("kim", f"/messages/?date={DATE}")

    page.fill("[name=time_from]", "99")
    page.click("#f-show")

    expect(page.locator(".field-error")).to_contain_text("“99” is not a time of day")
    expect(page.locator("#f-time_from")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=time_from]", "06:30")
    page.click("#f-show")
    expect(times(page)).to_have_count(1)


def test_a_day_of_the_strip_is_shown_without_loading_the_page_anew(visit: Open, day: None) -> None:
    stored(DAY)
    page = visit("kim", f"/messages/?date={DATE}")
    page.evaluate("window.isTheSame = true")

    page.get_by_role("link", name="29 May 2019: 1 record", exact=True).click()

    expect(times(page)).to_have_count(1)
    expect(page.get_by_role("heading", name="Wednesday 29 May 2019")).to_be_focused()
    expect(page.locator("[data-announcer]")).to_have_text("Wednesday 29 May 2019: 1 record")
    expect(page).to_have_title(re.compile("2019-05-29"))
    assert page.evaluate("window.isTheSame")


def test_files_have_exactly_what_is_filtered(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}&location=Porto&time_to=01")

    for name, lines in (("CSV", 1 + 6), ("JSON lines", 6)):
        with page.expect_download() as download:
            page.click(f"#records a:has-text('{name}')")
        text = Path(download.value.path()).read_text()
        assert len(text.splitlines()) == lines
        assert "Lisbon" not in text


def test_two_people_at_one_record_lose_nothing(visit: Open, day: None) -> None:
    kim, lee = (visit(name, f"{RECORD}edit/", "change") for name in ("kim", "lee"))
    lee.fill("[name=location]", "Faro")
    lee.click("text=Save")
    expect(lee.locator("body")).to_contain_text("The record was changed.")

    kim.fill("[name=location]", "Braga")
    kim.click("text=Save")

    expect(kim.get_by_role("alert")).to_contain_text("lee changed it via web")
    expect(kim.locator("tr.differs")).to_have_count(1)
    expect(kim.locator("tr.differs")).to_contain_text("Faro")
    assert BUILTIN.repository.get(DATE, "00:00:00").values["location"] == "Faro"
    kim.click("text=Save mine")
    expect(kim.locator("body")).to_contain_text("The record was changed.")
    assert BUILTIN.repository.get(DATE, "00:00:00").values["location"] == "Braga"


def test_a_viewer_finds_no_buttons_that_change_anything(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}")
    expect(page.locator("text=New message")).to_have_count(0)

    times(page).first.click()

    page.wait_for_url(f"**{RECORD}")
    expect(page.locator(".facts")).to_contain_text("Lisbon")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_have_count(0)


def test_a_filter_is_saved_under_a_name_and_opens_again(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}&location=Porto")

    page.click("summary:has-text('Views')")
    page.fill("#view-name", "Porto alone")
    page.click(".menu button:has-text('Save')")
    expect(page.locator("body")).to_contain_text("The view “Porto alone” was saved.")
    page.click(".active-filter")
    expect(times(page)).to_have_count(40)
    page.click("summary:has-text('Views')")
    page.click(".menu-list a:has-text('Porto alone')")

    expect(times(page)).to_have_count(20)


def test_the_local_time_is_a_hint(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}", timezone_id="Asia/Tokyo", locale="en-GB")

    expect(times(page).first).to_have_text("00:00:00")
    expect(times(page).first).to_have_attribute("title", re.compile(r"Your time: .*09:00:00"))


def test_the_own_zone_is_in_front_for_whoever_chose_so(visit: Open, day: None) -> None:
    options = {"timezone_id": "Asia/Tokyo", "locale": "en-GB", "viewport": DESKTOP}
    page = visit("kim", f"/messages/?date={DATE}", **options)
    other = page.context.new_page()
    other.goto(page.url.partition("/messages")[0] + RECORD)
    page.click(".user-button")
    with page.expect_navigation():
        page.click("text=Your zone")

    expect(times(page).first).to_have_text("09:00:00 +09:00")
    expect(times(page).first).to_have_attribute("title", "00:00:00 UTC")
    expect(other.locator(".file-name time")).to_have_text("2019-05-28 09:00:00 +09:00")
    expect(other.locator(".file-name .quiet")).to_be_hidden()  # UTC
    page.click(".user-button")
    with page.expect_navigation():
        page.click(".user-menu >> text=/^publicUTC$|^UTC$/")
    expect(times(page).first).to_have_text("00:00:00")


def test_on_paper_there_is_what_the_page_says(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}", viewport=DESKTOP, color_scheme="dark")
    page.emulate_media(media="print")

    expect(times(page).first).to_be_visible()
    for gone in (".sidebar-inside", "#filters", "text=Columns"):
        expect(page.locator(gone).first).to_be_hidden()
    color = page.evaluate("getComputedStyle(document.querySelector('#main')).backgroundColor")
    assert color == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_the_content_at_once(visit: Open, day: None) -> None:
    page = visit("kim", f"/messages/?date={DATE}")

    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
