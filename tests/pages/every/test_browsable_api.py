"""The API in a browser: its pages and their forms, and Swagger UI."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from playwright.sync_api import Browser, Page, ViewportSize, expect

from ingestion.models import Import
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE as SCHEMA
from messages_app.store.repository import RecordRepository
from project.models import TokenInfo
from tests.messages_app.records import record
from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.conftest import LogIn, MakeImport

PAGE = {"HTTP_ACCEPT": "text/html"}
MESSAGES = "/api/messages/"
MESSAGE = "/api/messages/2019-05-28/10:55:09.385333/"
OF_MESSAGES = tuple(f"messages_app.{action}_message" for action in ("view", "add", "change"))
NEW_MESSAGE = {field.name: field.example for field in SCHEMA.fields}
CHANGEABLE = {field.name: field.example for field in SCHEMA.changeable}
PASSWORD = "a-long-password-17"
HEADER = "timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg\n"


@pytest.fixture
def repository(aws: str) -> RecordRepository:
    return BUILTIN.repository


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address, **PAGE)
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    html: str = response.content.decode()
    return html


def body_of_form(html: str) -> Any:
    """What the JSON form of a page begins with."""
    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL)
    return json.loads(text.replace("&quot;", '"'))


def test_a_list_has_a_form_with_an_example(aws: str, log_in: LogIn) -> None:
    html = html_of(log_in(*OF_MESSAGES), MESSAGES)
    assert body_of_form(html) == NEW_MESSAGE
    assert 'value="POST"' in html


def test_a_record_has_a_form_with_its_values(repository: RecordRepository, log_in: LogIn) -> None:
    repository.insert(record(source="wired"))
    html = html_of(log_in(*OF_MESSAGES), MESSAGE)
    body = body_of_form(html)
    assert body.keys() == CHANGEABLE.keys()
    assert body["source"] == "wired"
    assert re.findall(r'value="(PUT|PATCH|DELETE)"', html) == ["PUT", "PATCH"]


@pytest.mark.parametrize("address", ["/api/messages/batch/", "/api/imports/presigned/"])
def test_where_nothing_can_be_read_there_is_a_form(log_in: LogIn, address: str) -> None:
    client = log_in(*OF_MESSAGES, "ingestion.view_import", "ingestion.add_import")
    html = html_of(client, address, 405)
    assert "This address cannot be read" in html
    assert body_of_form(html)


def test_who_may_only_read_has_no_forms(
    repository: RecordRepository, log_in: LogIn, make_import: MakeImport
) -> None:
    repository.insert(record())
    client = log_in("messages_app.view_message", "ingestion.view_import")
    for address in (MESSAGES, MESSAGE, f"/api/imports/{make_import().pk}/"):
        page = html_of(client, address).partition('id="api"')[2]
        assert "<form" not in page


def test_an_import_has_buttons_for_what_can_be_done_with_it(
    log_in: LogIn, make_import: MakeImport
) -> None:
    address = f"/api/imports/{make_import().pk}/"
    html = html_of(log_in("ingestion.view_import", "ingestion.change_import"), address)
    assert re.findall(r'action="([^"]*)"', html.partition('id="api"')[2]) == [
        f"{address}cancel/",
        f"{address}format/",
        f"{address}rejects/cure/",
        f"{address}rejects/ignore/",
        f"{address}rejects/load/",
        f"{address}rejects/replace/",
        f"{address}run/",
        f"{address}run-again/",
        f"{address}undo/",
        f"{address}verify/",
    ]
    assert f'href="http://testserver{address}rejects/"' in html


def test_an_export_leads_to_its_files(log_in: LogIn) -> None:
    html = html_of(log_in(*OF_MESSAGES), "/api/messages/export/?source=wired")
    assert "/api/messages/export/?format=csv&amp;source=wired" in html
    assert "/api/messages/export/?format=jsonl&amp;source=wired" in html


@pytest.mark.django_db
def test_without_a_login_the_page_leads_to_it(client: Client) -> None:
    html = html_of(client, f"{MESSAGES}?date=2019-05-28", 401)
    assert "/login/?next=/api/messages/%3Fdate%3D2019-05-28" in html


def test_a_fault_is_a_page_for_browsers_and_a_problem_for_programs(log_in: LogIn) -> None:
    client = log_in(*OF_MESSAGES)
    assert "is not a parameter of this query" in html_of(client, f"{MESSAGES}?colour=red", 400)
    response = client.get(f"{MESSAGES}?colour=red")
    assert response["Content-Type"] == "application/problem+json"


def test_text_of_records_is_shown_as_it_is(repository: RecordRepository, log_in: LogIn) -> None:
    repository.insert(record(source="</textarea><script>alert(1)</script>"))
    html = html_of(log_in(*OF_MESSAGES), MESSAGE)
    assert "<script>alert" not in html
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in html


@pytest.fixture
def url(aws: str, live_server: Any) -> str:
    User.objects.create_superuser("kim", password=PASSWORD)
    address: str = live_server.url
    return address


@pytest.fixture
def tab(browser: Browser, url: str, size: ViewportSize) -> Iterator[Page]:
    """A page of somebody who is logged in; at its end, nothing was wrong with any."""
    context = browser.new_context(viewport=size)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: None if sent.url.startswith(url) else faults.append(sent.url))
    page.goto(f"{url}/login/")
    page.fill("[name=username]", "kim")
    page.fill("[name=password]", PASSWORD)
    page.click("button:has-text('Log in')")
    page.wait_for_url(f"{url}/")
    yield page
    context.close()
    assert faults == []


def needs_chromium(test: Any) -> Any:
    for mark in needs_browser:
        test = mark(test)
    return test


both_sizes = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
on_a_desktop = pytest.mark.parametrize("size", [DESKTOP], ids=[""])


def expect_status(page: Page, text: str) -> None:
    expect(page.locator(".api-request b")).to_have_text(text)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@needs_chromium
@both_sizes
def test_a_record_is_made_changed_and_deleted(
    size: Any, tab: Page, url: str, repository: RecordRepository
) -> None:
    tab.goto(f"{url}{MESSAGES}")
    tab.click("button:text-is('POST')")
    expect_status(tab, "201 Created")
    tab.click(f".api-headers a[href='{url}{MESSAGE}']")
    expect_status(tab, "200 OK")
    tab.fill("textarea", '{"local_avg": 7}')
    tab.click("button:text-is('PATCH')")
    expect(tab.locator("[data-answer] pre")).to_contain_text('"local_avg": 7')
    assert repository.get(*record().key).values["local_avg"] == 7
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.click("button:text-is('Delete')")
    expect_status(tab, "204 No Content")
    assert repository.get(*record().key) is None


@needs_chromium
@both_sizes
def test_a_file_is_uploaded_and_its_import_cancelled(
    size: Any, tab: Page, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "field.csv"
    file.write_text(HEADER)
    tab.goto(f"{url}/api/imports/")
    tab.select_option("[name=on_conflict]", "reject")
    tab.set_input_files("[name=file]", file)
    tab.click("button:text-is('POST')")
    expect_status(tab, "201 Created")
    import_ = Import.objects.get()
    assert (import_.on_conflict, import_.key.rpartition("/")[2]) == ("reject", "field.csv")
    tab.click(f".api-headers a[href$='{import_.pk}/']")
    tab.click("button:text-is('Cancel')")
    expect(tab.locator("[data-answer] pre")).to_contain_text('"state": "cancelled"')


def try_to_post(page: Page, url: str) -> None:
    """In Swagger UI, the example of a new record."""
    page.goto(f"{url}/api/docs/")
    page.click("#operations-messages-messages_create .opblock-summary-control")
    page.click("text=Try it out")
    page.click("button.execute")


@needs_chromium
@on_a_desktop
def test_swagger_ui_sends_requests_with_the_session(
    size: Any, tab: Page, url: str, repository: RecordRepository
) -> None:
    try_to_post(tab, url)
    expect(tab.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
    assert repository.get(*record().key).values["source"] == NEW_MESSAGE["source"]


@needs_chromium
@on_a_desktop
def test_swagger_ui_sends_requests_with_a_token(
    size: Any, tab: Page, url: str, repository: RecordRepository
) -> None:
    user = User.objects.create_user("robot")
    _, token = AuthToken.objects.create(user)
    tab.goto(f"{url}/api/docs/")
    tab.click("button.authorize")
    of_tokens = tab.locator(".auth-container", has_text="Authorization")
    of_tokens.locator("input").fill(f"Token {token}")
    with tab.expect_response("**/api/") as response:
        of_tokens.locator("button.authorize").click()
        tab.click("button.btn-done")
        tab.click("#operations-about-api_root .opblock-summary-control")
        tab.click("text=Try it out")
        tab.click("button.execute")
    assert response.value.request.headers["authorization"] == f"Token {token}"
    assert response.value.status == 200


@needs_chromium
@both_sizes
def test_the_request_is_copied_as_curl_with_a_token_of_ones_own(
    size: Any, tab: Page, url: str
) -> None:
    user = User.objects.get(username="kim")
    token, _ = AuthToken.objects.create(user)
    TokenInfo.objects.create(token=token, name="gate controller")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"{url}{MESSAGES}?date=2019-05-28")
    tab.click("[data-curl] [data-copy]")
    expect(tab.locator("[data-curl] [data-copy]")).to_have_text("Copied")

    assert tab.evaluate("navigator.clipboard.readText()") == (
        f"export GATE_CONTROLLER_TOKEN={token.token_key[:8]}…\n"
        'curl -H "Authorization: Token $GATE_CONTROLLER_TOKEN" \\\n'
        f"  '{url}{MESSAGES}?date=2019-05-28'"
    )
    tab.fill("textarea[name=body]", '{"source": "it\'s"}')
    tab.click("text=POST with curl")
    expect(tab.locator("[data-curl-shown]")).to_contain_text(
        "-X POST \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"source\": \"it'\\''s\"}'"
    )
