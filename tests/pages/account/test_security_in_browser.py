"""The content security policy in a real browser. What all pages make it complain about is found by
tests/pages/every/test_accessibility.py."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page

from common.aws import s3
from tests.pages.browsing import needs_browser

pytestmark = needs_browser

ADD_SCRIPT = """() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
}"""
ADD_HANDLER = """() => {
    document.body.insertAdjacentHTML("beforeend", '<p id="added" onclick="window.ran = true">');
    document.querySelector("#added").click();
}"""
ADD_LINK = """() => {
    document.body.insertAdjacentHTML("beforeend", '<a id="added" href="javascript:window.ran=1">');
    document.querySelector("#added").click();
}"""
FETCH = "url => fetch(url, {mode: 'no-cors'}).then(() => 'sent', error => error.message)"
POST = """async ({url, fields}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob(["content"]));
    return (await fetch(url, {method: "POST", body: form})).status;
}"""


@pytest.fixture
def page(browser: Browser, aws: str, live_server: Any) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/login/")
    yield page
    context.close()


@pytest.mark.parametrize("trick", [ADD_SCRIPT, ADD_HANDLER, ADD_LINK])
def test_a_script_that_got_into_a_page_does_not_run(trick: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.evaluate(trick)
    page.evaluate("() => new Promise(resolve => setTimeout(resolve))")

    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)


def test_a_page_sends_nothing_to_other_sites(page: Page) -> None:
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        assert page.evaluate(FETCH, "http://127.0.0.1:9/") == "Failed to fetch"


def test_a_page_posts_a_file_straight_to_s3(page: Page, settings: LazySettings) -> None:
    signed = s3.presigned_post(settings.DATA_BUCKET, "uploads/from-a-page.csv", 100, 60)

    status = page.evaluate(POST, {"url": signed.url, "fields": signed.fields})

    assert status == 204
    assert s3.read(settings.DATA_BUCKET, "uploads/from-a-page.csv") == b"content"
