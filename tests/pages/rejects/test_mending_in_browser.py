"""Rejected rows are mended in a real browser, on the page of their import."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from ingestion.models import Import
from tests.ingestion.helpers import HEADER, counts, line, records, run
from tests.ingestion.rejects.mending import settled
from tests.pages.browsing import PHONE, Visitors, needs_browser
from tests.pages.every.test_in_browser import work

pytestmark = needs_browser

# Three kinds of fault in ten rows of twelve: eight with the same wrong number, one without a
# location, one with a cell too few.
TEN_WRONG = (
    HEADER
    + line(0)
    + "".join(line(number, avg="n/a") for number in range(1, 9))
    + line(9, location="")
    + line(10).rpartition(",")[0]
    + "\n"
    + line(11)
)


@pytest.fixture
def visitors(browser: Browser, aws: str, live_server: Any) -> Iterator[Visitors]:
    User.objects.create_superuser("kim", password="a-long-password-17")
    found = Visitors(browser, live_server.url, {"kim": "a-long-password-17"})
    yield found
    found.close()


@pytest.fixture
def import_(aws: str, live_server: Any) -> Import:
    found = run(TEN_WRONG)
    assert found.rejected == 10
    return found


@pytest.fixture
def tab(visitors: Visitors, import_: Import, live_server: Any) -> Page:
    page = visitors.tab("kim")
    page.goto(live_server.url + import_.get_absolute_url())
    return page


def cell(tab: Page, column: str, line_: int) -> Any:
    return tab.get_by_label(f"{column}, line {line_}", exact=True)


def test_ten_rows_of_three_faults_are_mended_and_the_receipt_closes(
    tab: Page, import_: Import
) -> None:
    address = tab.url
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    visited: list[str] = []
    tab.on("framenavigated", lambda frame: visited.append(frame.url))

    # One is mended, the other seven like it by one click.
    wrong = cell(tab, "local_avg", 3)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("4.5")
    wrong.press("Tab")
    expect(tab.locator("#line-3 [data-state]")).to_have_text("ready")
    tab.get_by_role("button", name="in 7 other rows with this fault").click()
    expect(tab.locator("#rejects-standing")).to_contain_text("8 ready")
    # One is typed wrongly first, and says so.
    location = cell(tab, "location", 11)
    location.fill("  ")
    location.press("Tab")
    expect(tab.locator("#why-11")).to_contain_text("must not be empty")
    location.fill("cellar")
    location.press("Enter")  # to the row below
    expect(tab.locator("#line-11 [data-state]")).to_have_text("ready")
    expect(cell(tab, "location", 12)).to_be_focused()
    last = cell(tab, "remote_avg", 12)
    last.fill("9.09")
    last.press("Tab")
    expect(tab.locator("#rejects-standing")).to_contain_text("10 ready")

    tab.get_by_role("button", name="Load 10 mended rows").click()
    expect(tab.locator("#rejects-standing")).to_contain_text("10 being loaded")
    (child,) = import_.children.all()
    work(child)

    expect(tab.locator("#rejects-title")).to_have_text("10 rejected rows, all settled")
    expect(tab.locator("#receipt-mending")).to_contain_text("10 mended, 0 let go, 0 still open")
    assert settled(import_) == {"mended": 10}
    assert counts(child) == {"read": 10, "written": 10}
    assert (child.created_by.username, tab.url, visited) == ("kim", address, [])
    assert len(records()) == 12
    assert complaints == []


def test_a_change_is_undone_and_a_row_let_go(tab: Page, import_: Import) -> None:
    wrong = cell(tab, "local_avg", 3)
    wrong.fill("4.5")
    wrong.press("Tab")
    expect(tab.locator("#line-3 [data-state]")).to_have_text("ready")
    tab.get_by_role("button", name="Undo the last change of line 3").click()
    expect(wrong).to_have_value("n/a")
    expect(tab.locator("#line-3 [data-state]")).to_have_text("wrong")

    tab.get_by_role("button", name="Let go of line 3").click()

    expect(tab.locator("#rejects-standing")).to_contain_text("still open")
    expect(tab.locator("#line-3 [data-state]")).to_have_text("let go")
    assert settled(import_) == {"let_go": 1, "open": 9}


def test_what_is_typed_while_a_row_is_checked_stays(tab: Page) -> None:
    wrong = cell(tab, "local_avg", 3)
    wrong.fill("4.5")
    wrong.press("Tab")
    tab.keyboard.type("device-other")
    expect(tab.locator("#line-3 [data-state]")).to_have_text("ready")
    expect(cell(tab, "remote_dest", 3)).to_have_value("device-other")


def test_a_column_is_filled_in_all_rows_with_a_fault(tab: Page, import_: Import) -> None:
    group = tab.locator(".fault-groups li", has_text="local_avg")
    group.get_by_text("Mend all 8 together").click()
    group.get_by_label("becomes").fill("7")
    group.get_by_role("button", name="Put into all 8").click()

    expect(tab.locator("#rejects")).to_contain_text("8 rows changed, 8 of them ready.")


def test_a_phone_scrolls_the_grid_alone(visitors: Visitors, tab: Page) -> None:
    tab.set_viewport_size(PHONE)
    wide = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
