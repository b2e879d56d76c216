"""What somebody does in one tab is seen in another that was open before."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from ingestion.models import Import
from tests.ingestion.helpers import HEADER, lines, run, take_back
from tests.pages.browsing import Visitors, needs_browser

pytestmark = needs_browser

KIM = "kim"
PASSWORD = "a-long-password-17"


@pytest.fixture
def visitors(browser: Browser, aws: str, live_server: Any) -> Iterator[Visitors]:
    User.objects.create_superuser(KIM, password=PASSWORD)
    visitors = Visitors(browser, live_server.url, {KIM: PASSWORD})
    yield visitors
    visitors.close()


def look_again(tab: Page) -> None:
    """Come back to a tab that was hidden."""
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def other(tab: Page) -> Page:
    """Another tab of the same browser."""
    return tab.context.new_page()


def address(visitors: Visitors, import_: Import) -> str:
    return f"{visitors.url}{import_.get_absolute_url()}"


def test_an_ended_import_is_shown_as_another_tab_left_it(visitors: Visitors) -> None:
    import_ = run(HEADER + lines(3))
    first = visitors.tab(KIM)
    first.goto(address(visitors, import_))
    expect(first.locator("#progress .state")).to_have_text("done")
    second = other(first)
    second.goto(address(visitors, import_))
    second.click("text=Take back…")
    expect(second.locator("h1")).to_be_visible()
    take_back(import_)

    look_again(first)

    expect(first.locator("#progress .state")).to_have_text("taken back")
    expect(first.locator("text=Take back…")).to_have_count(0)
    expect(first.locator("#said")).to_have_text("file.csv is taken back")


def test_an_ended_import_that_nobody_changed_is_left_alone(visitors: Visitors) -> None:
    """What is being typed into the page would be lost."""
    import_ = run(HEADER + lines(3) + "wrong\n")
    tab = visitors.tab(KIM)
    tab.goto(address(visitors, import_))
    tab.evaluate("document.querySelector('#import').dataset.mark = 'kept'")

    with tab.expect_response(lambda response: "/progress/" in response.url) as answer:
        look_again(tab)

    assert answer.value.status == 204
    expect(tab.locator("#import[data-mark=kept]")).to_have_count(1)


def test_a_list_has_what_was_uploaded_in_another_tab(visitors: Visitors) -> None:
    first = visitors.tab(KIM)
    first.goto(f"{visitors.url}/imports/")
    second = other(first)
    second.goto(f"{visitors.url}/imports/")
    import_ = run(HEADER + lines(3), "from-elsewhere.csv")

    for tab in (first, second):
        look_again(tab)
        expect(tab.locator("#imports")).to_contain_text("from-elsewhere.csv")

    assert import_.state == "done"


def test_a_record_that_another_tab_changed_is_not_overwritten(visitors: Visitors) -> None:
    run(HEADER + lines(1))
    first = visitors.tab(KIM)
    second = other(first)
    for tab in (first, second):
        tab.goto(f"{visitors.url}/messages/")
        tab.click("#records tbody a >> nth=0")
        tab.click("text=Edit")
    second.fill("[name=location]", "harbour")
    second.click("text=Save")
    expect(second.locator("dl.facts")).to_contain_text("harbour")

    first.fill("[name=location]", "station")
    first.click("text=Save")

    expect(first.locator("#content")).to_contain_text(
        "Someone changed this record while you were editing"
    )
