"""Which location had the worst remote average last week? In three clicks, without typing."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import expect

from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.conftest import MakeImport, Open
from tests.pages.messages.test_in_browser import show_filters
from tests.pages.record_pages import DATE, stored

pytestmark = needs_browser
DAY = 86_400
PLACES = ("harbour", "library", "station", "town hall")


@pytest.fixture
def worst(aws: str, db: None) -> str:
    """Where it was worst last week, by plain Python; before and since it was elsewhere."""
    chance = random.Random(7)
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday() + 7)
    first = (monday - datetime.fromisoformat(DATE).date()).days * DAY
    last_week: dict[str, list[Decimal]] = {place: [] for place in PLACES}
    for number in range(-20, 80):
        second = first + number * DAY // 10 + chance.randrange(DAY // 10)
        place = chance.choice(PLACES)
        value = Decimal(chance.randrange(1, 10_000)) / 100
        if 0 <= number < 70:
            last_week[place].append(value)
        elif place == PLACES[0]:
            value += 10_000
        stored(second, location=place, remote_avg=value)
    return max(PLACES, key=lambda place: sum(last_week[place]) / len(last_week[place]))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("/", ["Ranking of messages", "Last week", "Remote average"]),
        ("/messages/", ["Last week", "Ranking", "Remote average"]),
    ],
)
def test_the_worst_location_of_last_week_is_three_clicks_away(
    viewport: Any,
    address: str,
    links: list[str],
    visit: Open,
    make_import: MakeImport,
    worst: str,
) -> None:
    make_import()
    page = visit("kim", "/messages/", viewport=viewport)
    may_view = Permission.objects.get(codename="view_import")
    User.objects.get(username="kim").user_permissions.add(may_view)
    page.goto(page.url.replace("/messages/", address))

    for link in links:
        page.get_by_role("link", name=link, exact=True).click()
        if link == "Last week":
            expect(page.locator("[data-heading]")).to_have_text("Last week")

    expect(page.get_by_role("link", name="Remote average", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator("[data-heading]")).to_have_text("Last week")
    first = page.locator(".records-ranking tbody th a").first
    expect(first).to_have_text(worst)
    expect(first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_values_are_counted_when_they_are_looked_at_and_searched(
    viewport: Any,
    visit: Open,
    aws: str,
    db: None,
) -> None:
    for second in range(6):
        stored(second, location="Porto" if second % 3 else "Lisbon")
    asked: list[str] = []
    page = visit("kim", f"/messages/?date={DATE}", viewport=viewport)
    page.on("request", lambda request: asked.append(request.url))
    show_filters(page)
    assert not any("/values/" in url for url in asked)

    page.click("summary:has-text('Values and counts')")
    places = page.locator("#values-found section[aria-label=Location] li")
    expect(places).to_have_text(["Porto 4", "Lisbon 2"])
    page.fill("#values-search", "lis")
    expect(places).to_have_text(["Lisbon 2"])
    places.locator("a").click()
    expect(page.locator("#records tbody tr")).to_have_count(2)
    assert "location=Lisbon" in page.url


def test_a_value_that_is_not_there_is_answered_with_one_that_is(
    visit: Open,
    aws: str,
    db: None,
) -> None:
    stored(0, remote_dest="device-7")
    page = visit("kim", f"/messages/?date={DATE}&remote_dest=device7")

    page.get_by_role("link", name="Device: device-7").or_(
        page.locator(".near a", has_text="device-7")
    ).first.click()

    expect(page.locator("#records tbody tr")).to_have_count(1)
