"""Uploading in a real browser: several files, large ones, mended ones, and a look first."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, FilePayload, Locator, Page, Request, expect

from ingestion.models import Import
from ingestion.uploads.preview import SAMPLE_BYTES
from tests.ingestion.helpers import HEADER, line, lines
from tests.pages.browsing import Visitors, needs_browser
from tests.pages.every.test_in_browser import work

pytestmark = needs_browser

KIM = "kim"
PASSWORD = "a-long-password-17"
SEND = "text=Upload and import"


@pytest.fixture
def page(browser: Browser, aws: str, live_server: Any) -> Iterator[Page]:
    """The upload page, opened by somebody who may do everything."""
    User.objects.create_superuser(KIM, password=PASSWORD)
    visitors = Visitors(browser, live_server.url, {KIM: PASSWORD})
    tab = visitors.tab(KIM)
    tab.goto(f"{live_server.url}/upload/")
    yield tab
    visitors.close()


def csv(name: str, text: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/csv", buffer=text.encode())


def choose(page: Page, *files: FilePayload) -> None:
    page.set_input_files("input[type=file]", list(files))


def item(page: Page, name: str) -> Locator:
    """A file in the list."""
    return page.locator(".upload-item", has_text=name)


def fault(page: Page, name: str) -> Locator:
    return item(page, name).locator("[data-fault]")


def posts(page: Page) -> list[str]:
    """Where the page posts to from now on."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            seen.append(re.sub("[0-9a-f-]{36}", "ID", request.url))

    page.on("request", note)
    return seen


def make_direct(page: Page) -> None:
    """Let files of any size go straight to S3, as otherwise large ones do."""
    page.locator("form[data-upload]").evaluate("form => (form.dataset.directFrom = 1)")


def test_several_files_are_uploaded_and_each_is_watched_to_its_end(page: Page) -> None:
    choose(page, csv("one.csv", HEADER + lines(20)), csv("two.csv", HEADER + "1,2,3\n"))
    page.click(SEND)
    for name in ("one.csv", "two.csv"):
        expect(item(page, name).locator(".state")).to_have_text("queued")

    for import_ in Import.objects.all():
        work(import_)  # the page is left alone: it has to find out by itself

    expect(item(page, "one.csv").locator(".state")).to_have_text("done", timeout=20_000)
    expect(item(page, "one.csv")).to_contain_text("20 rows: 20 new")
    expect(item(page, "two.csv").locator(".state")).to_have_text("done")
    expect(item(page, "two.csv")).to_contain_text("1 row: 1 rejected")
    expect(page.locator("[data-upload-announcer]")).to_contain_text(
        re.compile("(one|two).csv is done")
    )
    item(page, "two.csv").get_by_text("See the rejected rows").click()
    expect(page.locator("#rejects")).to_contain_text(
        re.compile(r"the row has \d fields?, the header has 7: .+ are missing")
    )


def test_files_are_told_what_is_wrong_with_them_before_they_are_sent(page: Page) -> None:
    page.locator("form[data-upload]").evaluate("form => (form.dataset.maxBytes = 1000)")
    good = csv("good.csv", HEADER + lines(2))
    choose(page, csv("notes.txt", "hello"), csv("empty.csv", ""), good)
    choose(page, good, csv("large.csv", HEADER + lines(100)))

    expect(fault(page, "notes.txt")).to_contain_text("name must end in one of .csv")
    expect(fault(page, "empty.csv")).to_contain_text("The file is empty.")
    expect(fault(page, "large.csv")).to_contain_text("more than 1000 bytes")
    expect(fault(page, "good.csv").first).to_be_empty()
    expect(fault(page, "good.csv").last).to_contain_text("of this name is in the list already")
    page.click(SEND)
    expect(page.get_by_text("See the import")).to_have_count(1)
    assert [import_.file_name for import_ in Import.objects.all()] == ["good.csv"]


def drop(page: Page, name: str) -> None:
    page.locator("[data-drop]").evaluate(
        """(zone, name) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["content"], name));
            zone.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, cancelable: true }));
        }""",
        name,
    )


def test_files_are_dropped_into_the_list_and_taken_off_it(page: Page) -> None:
    page.click(SEND)
    expect(page.locator("[data-upload-error]")).to_have_text("Choose a file.")
    drop(page, "same.csv")
    drop(page, "same.csv")
    expect(fault(page, "same.csv").last).to_contain_text("of this name is in the list already")

    item(page, "same.csv").first.get_by_text("Remove").click()

    expect(item(page, "same.csv")).to_have_count(1)
    expect(fault(page, "same.csv")).to_be_empty()


def test_a_large_file_goes_straight_to_s3(page: Page, aws: str, tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_text(HEADER + line(1) * 150_000)
    page.set_input_files("input[type=file]", file)
    page.click("summary:has-text('Options')")
    page.check("[value=replace]")
    seen = posts(page)

    page.click(SEND)

    expect(item(page, "large.csv").locator(".state")).to_have_text("queued", timeout=30_000)
    import_ = Import.objects.get()
    assert (import_.file_name, import_.on_conflict) == ("large.csv", "replace")
    assert import_.bytes_total == file.stat().st_size
    web = page.url.partition("/upload")[0]
    assert seen == [
        f"{web}/api/imports/presigned/",
        f"{aws}/{import_.bucket}",
        f"{web}/upload/ID/confirm/",
    ]


def test_where_s3_cannot_be_reached_a_large_file_goes_through_the_server(
    page: Page, aws: str
) -> None:
    make_direct(page)
    page.route(f"{aws}/**", lambda route: route.abort())
    choose(page, csv("data.csv", HEADER + lines(3)))

    page.click(SEND)

    expect(item(page, "data.csv").locator(".state")).to_have_text("queued")
    import_ = Import.objects.get()  # the one that waited for its file is gone
    assert import_.max_bytes is None
    assert import_.bytes_total == len(HEADER + lines(3))


def test_a_broken_connection_is_told_and_the_file_can_be_sent_again(page: Page) -> None:
    choose(page, csv("data.csv", HEADER + lines(3)))
    page.route("**/upload/", lambda route: route.abort())
    page.click(SEND)
    expect(fault(page, "data.csv")).to_contain_text("Nothing was imported; try again.")
    assert not Import.objects.exists()
    page.unroute("**/upload/")

    item(page, "data.csv").get_by_role("button", name="Try again").click()

    expect(item(page, "data.csv").locator(".state")).to_have_text("queued")


def test_what_the_server_says_against_a_file_stands_beside_it(page: Page) -> None:
    page.click("summary:has-text('Options')")
    page.fill("[name=encoding]", "klingon")
    choose(page, csv("data.csv", HEADER + lines(3)))
    page.click(SEND)
    expect(fault(page, "data.csv")).to_contain_text("The encoding 'klingon' is not known.")

    page.context.clear_cookies()
    item(page, "data.csv").get_by_role("button", name="Try again").click()

    expect(fault(page, "data.csv")).to_contain_text("You are logged out.")


def test_an_upload_can_be_stopped(page: Page) -> None:
    choose(page, csv("data.csv", HEADER + lines(3)))
    held: list[Callable[[], None]] = []
    page.route("**/upload/", lambda route: held.append(route.abort))
    page.click(SEND)

    item(page, "data.csv").get_by_text("Stop").click()

    expect(fault(page, "data.csv")).to_have_text("Stopped. Nothing was imported.")
    for let_go in held:
        let_go()


def test_rejected_rows_are_opened_mended_and_uploaded_again(page: Page, tmp_path: Path) -> None:
    choose(page, csv("data.csv", HEADER + lines(3) + line(9, avg="many")))
    page.click(SEND)
    expect(item(page, "data.csv").locator(".state")).to_have_text("queued")
    work(Import.objects.get())
    page.click("text=See the rejected rows")
    with page.expect_download() as download:
        page.click("text=Download as CSV")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    text = file.read_text("utf-8-sig")
    assert "is not a number" in text
    file.write_text(text.replace("many", "4.5"), "utf-8-sig")

    page.goto(f"{page.url.partition('/imports')[0]}/upload/")
    page.set_input_files("input[type=file]", file)
    page.click(SEND)
    expect(item(page, "data-rejects.csv").locator(".state")).to_have_text("queued")
    work(Import.objects.get(key__endswith="data-rejects.csv"))

    expect(item(page, "data-rejects.csv")).to_contain_text("1 row: 1 new", timeout=20_000)


def test_a_file_is_looked_at_and_only_its_beginning_is_sent(page: Page) -> None:
    row = line(1, location="x" * 1000)
    choose(page, csv("large.csv", HEADER + row * 1000))

    item(page, "large.csv").get_by_text("Preview").click()

    panel = page.locator("[data-preview]")
    expect(panel.locator("h2")).to_have_text("large.csv: what an import would do")
    expect(panel).to_be_focused()
    complete = (SAMPLE_BYTES - len(HEADER)) // len(row)
    expect(panel).to_contain_text(f"the first {complete} rows; the file has more")
    expect(panel.locator(".become")).to_contain_text("1 new record")
    assert not Import.objects.exists()


def test_a_file_that_cannot_be_imported_is_seen_before_it_is_sent(page: Page) -> None:
    choose(page, csv("data.csv", HEADER.replace("source,", "") + "1,2\n"))

    item(page, "data.csv").get_by_text("Preview").click()

    expect(page.locator("[data-preview] [role=alert]")).to_contain_text(
        "The header lacks the column source."
    )


def test_without_scripts_a_file_is_looked_at_on_a_page_of_its_own(
    browser: Browser, page: Page, live_server: Any
) -> None:
    visitors = Visitors(browser, live_server.url, {KIM: PASSWORD}, java_script_enabled=False)
    plain = visitors.tab(KIM)
    plain.goto(f"{live_server.url}/upload/")
    choose(plain, csv("data.csv", HEADER + lines(3)))

    plain.click("text=Preview")

    expect(plain.locator(".page h2").first).to_have_text("data.csv: what an import would do")
    expect(plain.locator("input[type=file]")).to_be_visible()
    visitors.close()
