"""A file that is due and does not come, in a real browser: the overview says so, and it clears."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from ingestion.running.unannounced import overdue
from silence.models import FileDue, Watch
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import run
from tests.pages.browsing import Visitors, needs_browser

pytestmark = needs_browser


@pytest.fixture
def tab(browser: Browser, aws: str, live_server: Any) -> Iterator[Page]:
    User.objects.create_superuser("kim", password="a-long-password-17")
    visitors = Visitors(browser, live_server.url, {"kim": "a-long-password-17"})
    yield visitors.tab("kim")
    visitors.close()


def listener_looks() -> None:
    Watch.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    overdue.take_turn(is_idle=True)


def test_a_file_that_is_due_every_minute_and_does_not_come(tab: Page, live_server: Any) -> None:
    format_ = make(key_pattern="plant-a/*.csv")
    tab.goto(f"{live_server.url}/formats/{format_.pk}/edit/")
    tab.get_by_label("A file is due every … minutes").fill("1")
    tab.get_by_role("button", name="Save as the next version").click()
    expect(tab.get_by_text("Files that arrive from now on")).to_be_visible()
    listener_looks()
    attention = tab.get_by_role("region", name="Needs attention")
    tab.goto(live_server.url)
    expect(attention).not_to_contain_text("overdue")

    FileDue.objects.update(due_at=timezone.now())  # the minute and a half have passed
    listener_looks()
    tab.reload()
    expect(attention).to_contain_text(
        "A file of the format Plant A is overdue. No file came since it is watched."
    )
    run(FILE, key="plant-a/today.csv")
    listener_looks()
    tab.reload()
    expect(attention).not_to_contain_text("overdue")
