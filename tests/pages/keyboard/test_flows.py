"""Each way through the pages once by keyboard alone; axe looks on at what is opened and told."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingestion.dead_letters import queue
from ingestion.models import Import
from messages_app.kinds.record_kind import BUILTIN
from tests.ingestion.helpers import HEADER, line, lines, run
from tests.ingestion.letters import dead_import
from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.every.test_in_browser import work
from tests.pages.every_page import NOBODY
from tests.pages.keyboard.conftest import NAME, PASSWORD, Sit
from tests.pages.record_pages import DATE, stored

pytestmark = needs_browser


def test_logging_in(sit: Sit) -> None:
    keyboard = sit("/login/", NOBODY)
    keyboard.type_into("textbox", re.compile("Username"), NAME)
    keyboard.type_into("textbox", re.compile("Password"), "wrong")
    keyboard.press("Enter")
    expect(keyboard.page.get_by_role("alert")).to_be_visible()
    keyboard.look_for_faults()

    keyboard.type_into("textbox", re.compile("Username"), NAME)
    keyboard.type_into("textbox", re.compile("Password"), PASSWORD)
    keyboard.choose("button", "Log in")

    expect(keyboard.page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_file_is_uploaded_and_its_rejects_are_seen(
    size: object, sit: Sit, tmp_path: Path
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(HEADER + lines(3) + line(9, avg="many"))
    keyboard = sit("/upload/", viewport=size)
    page = keyboard.page
    keyboard.choose("button", "Upload and import")
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    keyboard.look_for_faults()

    keyboard.reach("button", re.compile("^CSV files"), backwards=True)
    keyboard.choose_file(file)
    keyboard.choose("button", "Upload and import")
    expect(page.locator(".upload-item .state")).to_have_text("queued")
    work(Import.objects.get())
    keyboard.choose("link", "See the rejected rows of stations.csv")

    expect(page.locator("#rejects")).to_contain_text("many")
    keyboard.look_for_faults()


def test_from_the_login_to_the_first_chart_it_takes_five_clicks(sit: Sit, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(HEADER + lines(20))
    keyboard = sit("/login/", NOBODY)
    page = keyboard.page
    keyboard.type_into("textbox", re.compile("Username"), NAME)
    keyboard.type_into("textbox", re.compile("Password"), PASSWORD)
    keyboard.choose("button", "Log in")
    expect(page.get_by_text("three steps to your first records")).to_be_visible()
    page.wait_for_load_state("networkidle")  # the parts of the overview have come
    keyboard.reach("button", re.compile("^CSV files"))
    keyboard.choose_file(file)
    keyboard.choose("button", "Upload and import")
    expect(page.locator(".upload-item .state")).to_have_text("queued")
    work(Import.objects.get())
    keyboard.choose("link", "See the import of stations.csv")
    keyboard.choose("link", re.compile("Show its records"))

    expect(page.locator(".charts canvas").first).to_be_visible()
    assert keyboard.clicks + 1 <= 5  # with the choice of the file


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_records_are_filtered_and_one_is_mended(size: object, sit: Sit) -> None:
    for second in range(4):
        stored(second, location="Porto" if second % 2 else "Lisbon")
    keyboard = sit(f"/messages/?date={DATE}", viewport=size)
    page = keyboard.page
    if size is PHONE:
        keyboard.choose("[data-filters] summary")
    keyboard.type_into("textbox", "Time (UTC), from", "99")
    keyboard.choose("button", "Show")
    expect(page.locator(".field-error")).to_be_visible()
    keyboard.look_for_faults()
    keyboard.type_into("textbox", "Time (UTC), from", "00", backwards=True)
    keyboard.type_into("#filters [name=location]", None, "Porto")
    keyboard.press("Enter")
    expect(page.locator("#records tbody tr")).to_have_count(2)

    keyboard.choose("link", "00:00:01")
    keyboard.choose("link", "Edit")
    keyboard.type_into("[name=location]", None, "Faro")
    keyboard.choose("button", "Save")

    expect(page.locator("#main")).to_contain_text("The record was changed.")
    record = BUILTIN.repository.get(DATE, "00:00:01")
    assert record
    assert record.values["location"] == "Faro"


def test_a_view_is_saved_and_opened(sit: Sit) -> None:
    stored(0)
    keyboard = sit(f"/messages/?date={DATE}&location=Lisbon")
    page = keyboard.page
    keyboard.choose("[data-menu] summary")
    keyboard.look_for_faults()
    keyboard.type_into("textbox", "Save this view as", "Lisbon alone")
    keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("The view “Lisbon alone” was saved.")


def test_a_cancelled_import_is_found_and_continued(sit: Sit) -> None:
    import_ = run(HEADER + lines(3), "field/stations.csv")
    Import.objects.filter(pk=import_.pk).update(state="cancelled")
    keyboard = sit("/")
    keyboard.choose("link", "Imports")
    keyboard.choose("link", "stations.csv")
    expect(keyboard.page).to_have_url(re.compile(str(import_.pk)))
    keyboard.look_for_faults()
    keyboard.choose("button", "Continue")

    expect(keyboard.page.locator(".state").first).not_to_have_text("cancelled")


def test_dead_letters_are_read_and_sent_back(sit: Sit) -> None:
    import_ = dead_import("in/stations.csv")
    keyboard = sit("/dead-letters/")
    keyboard.choose("link", "Plan the import")
    expect(keyboard.page.locator(".facts")).to_contain_text("stations.csv")
    keyboard.look_for_faults()
    keyboard.choose("link", "All dead letters")
    keyboard.choose("checkbox", re.compile("Select"), key="Space")
    keyboard.choose("button", "Send selected back")

    expect(keyboard.page.locator("#main")).to_contain_text("1 dead letter sent back")
    assert queue.waiting() == []
    import_.refresh_from_db()
    assert import_.state == "planning"
