"""Records are chosen on the page of their kind and deleted, by keyboard, wide and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from audit.models import AuditEntry
from ingestion.running.ended.by_query.models import Deletion
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.query import Query
from tests.ingestion.helpers import Tasks
from tests.messages_app.kinds import climate
from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.keyboard.conftest import Sit
from tests.pages.kinds.test_records import made
from tests.pages.record_pages import DATE, stored

pytestmark = needs_browser


def work() -> Deletion:
    """What the workers make of the deletion."""
    deletion = Deletion.objects.get()
    tasks = Tasks()
    tasks.delete_records(str(deletion.pk))
    tasks.run()
    deletion.refresh_from_db()
    return deletion


def seconds(page: Page) -> list[str]:
    return [text[-2:] for text in page.locator("#records tbody time").all_text_contents()]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_some_are_chosen_confirmed_by_their_number_deleted_and_restored(
    size: object, sit: Sit
) -> None:
    for second in range(5):
        stored(second)
    keyboard = sit(f"/messages/?date={DATE}", viewport=size)
    page = keyboard.page
    button = page.locator("[data-delete-chosen]")
    expect(button).to_be_disabled()
    keyboard.choose("checkbox", "All on this page", key="Space")
    expect(button).to_have_text("Delete 5…")
    keyboard.choose("checkbox", f"Select {DATE} 00:00:01", key="Space")
    keyboard.choose("checkbox", f"Select {DATE} 00:00:03", key="Space")
    assert page.get_by_label("All on this page").evaluate("box => box.indeterminate")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keyboard.look_for_faults()
    keyboard.choose("button", "Delete 3…", backwards=True)
    expect(page.get_by_role("heading", name="Messages: 3 named records")).to_be_visible()

    work()
    keyboard.type_into("textbox", re.compile("^Type the number"), "3")
    keyboard.choose("button", "Delete them")
    expect(page.locator(".state")).to_have_text("deleting")
    deletion = work()
    assert (deletion.state, deletion.deleted) == ("deleted", 3)
    left = BUILTIN.repository.page(Query(DATE), 9).records
    assert [one.time for one in left] == ["00:00:01", "00:00:03"]
    entry = AuditEntry.objects.get(action="deleted by query")
    assert (entry.user_name, entry.detail["keys"], entry.detail["count"]) == ("kim", 3, 3)
    keyboard.choose("button", "Restore")  # the page has asked for itself meanwhile
    expect(page.locator(".state")).to_have_text("restoring")
    assert work().restored == 3
    page.goto(f"{page.url.partition('/deletions')[0]}/messages/?date={DATE}")
    assert seconds(page) == ["00", "01", "02", "03", "04"]


def test_a_row_of_them_is_chosen_with_shift(sit: Sit) -> None:
    for second in range(6):
        stored(second)
    page = sit(f"/messages/?date={DATE}").page
    boxes = page.locator("#records .choose")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-delete-chosen]")).to_have_text("Delete 4…")


def test_those_of_another_kind_are_chosen_without_scripts(aws: str, sit: Sit) -> None:
    kind = climate.make()
    for sensor in ("a", "b"):
        kind.repository.insert(made(kind, sensor))
    page = sit(f"/records/climate/?date={climate.DATE}", java_script_enabled=False).page
    expect(page.get_by_label("All on this page")).to_be_hidden()
    page.locator("#records .choose").first.check()
    page.get_by_role("button", name="Delete selected…").click()
    deletion = work()
    assert (deletion.kind, deletion.matched, deletion.state) == ("climate", 1, "counted")
