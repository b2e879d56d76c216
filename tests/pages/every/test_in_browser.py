"""The pages in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from ingestion.models import Import
from ingestion.running.tasks import plan_import, write_chunk
from tests.ingestion.helpers import HEADER
from tests.pages.browsing import needs_browser

PASSWORD = "a-long-password-17"

pytestmark = needs_browser


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """Three good rows and a wrong one."""
    rows = [f"15590409{second:02},Lisbon,10.0.0.1,gw,4.39,dns,120.5\n" for second in range(3)]
    path = tmp_path / "field.csv"
    path.write_text(HEADER + "".join(rows) + "1559040999,Lisbon,10.0.0.1,gw,n/a,dns,120.5\n")
    return path


def log_in(page: Page, url: str) -> None:
    page.goto(url)
    page.fill("[name=username]", "kim")
    page.fill("[name=password]", PASSWORD)
    page.click("button:has-text('Log in')")
    page.wait_for_url(f"{url}/")


def upload(page: Page, url: str, file: Path, *, java_script: bool = True) -> Import:
    page.goto(f"{url}/upload/")
    page.set_input_files("input[type=file]", file)
    page.click("text=Upload and import")
    if java_script:  # the file is listed with its result, and the page stays
        page.click("text=See the import")
    page.wait_for_url(f"{url}/imports/*-*/")
    return Import.objects.get()


def work(import_: Import) -> None:
    """What a worker does with an import, to the end."""
    plan_import.apply(args=[str(import_.pk)], throw=True)
    for number in import_.chunks.values_list("number", flat=True):
        write_chunk.apply(args=[str(import_.pk), number], throw=True)


@pytest.fixture
def url(aws: str, live_server: Any) -> str:
    User.objects.create_superuser("kim", password=PASSWORD)
    address: str = live_server.url
    return address


@pytest.mark.parametrize("java_script", [True, False], ids=["with scripts", "without scripts"])
def test_an_upload_is_watched_to_its_end_and_its_records_are_found(
    java_script: bool, browser: Browser, url: str, csv_file: Path
) -> None:
    context = browser.new_context(java_script_enabled=java_script)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, url)
    import_ = upload(page, url, csv_file, java_script=java_script)
    expect(page.locator("#progress .state")).to_have_text("queued")

    work(import_)  # the page is left alone: it has to find out by itself

    expect(page.locator("#progress .state")).to_have_text("done", timeout=20_000)
    expect(page.locator(".receipt-read dd").first).to_have_text("4")
    expect(page.locator(".receipt-written dd").first).to_have_text("3")
    expect(page.locator("#rejects")).to_contain_text("is not a number")
    page.click("#import a:text('2019-05-28')")
    expect(page.locator("tbody th.time")).to_have_count(3)
    page.goto(url)
    page.click("text=In numbers")
    expect(page.locator(".arrivals tbody tr:visible td")).to_have_text(["1", "3", "0", "1"])
    if java_script:
        drawn = "Chart.getChart(document.querySelector('.arrivals canvas')).data.datasets"
        latest = page.evaluate(f"{drawn}.map((series) => [series.label, series.data.at(-1)])")
        assert latest == [["Stored", 3], ["Unchanged", 0], ["Rejected", 1]]
    assert faults == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone(
    scheme: Any, browser: Browser, url: str, csv_file: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    log_in(page, url)
    import_ = upload(page, url, csv_file)
    work(import_)

    for path in ("/", "/upload/", "/imports/", import_.get_absolute_url(), "/messages/", "/none/"):
        page.goto(f"{url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert page.evaluate("document.documentElement.classList.contains('dark')") == (
        scheme == "dark"
    )
    context.close()
