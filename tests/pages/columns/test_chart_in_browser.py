"""The chart of records in a real browser."""

import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.schema.record import Record
from messages_app.store import day_index
from tests.pages.browsing import DESKTOP, PHONE, needs_browser
from tests.pages.conftest import Open
from tests.pages.record_pages import DATE, DAY, MIDNIGHT, made, stored

pytestmark = needs_browser

LOADED = "All 40 records are drawn."
CHART = "window.Chart.getChart(document.querySelector('.charts canvas'))"


@pytest.fixture(autouse=True)
def cache_folder(settings: Any, tmp_path: Path) -> None:
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def day(aws: str, db: None) -> None:
    """A record every ten minutes, in Lisbon and Porto by turns."""
    for number in range(40):
        stored(
            number * 600,
            location="Porto" if number % 2 else "Lisbon",
            local_avg=Decimal(number),
        )


def write(records: list[Record]) -> None:
    placed = BUILTIN.repository.insert_many(records, "keep", Deadline(20))
    counts: dict[str, int] = {}
    for one in placed:
        counts[one.key[0]] = counts.get(one.key[0], 0) + 1
    day_index.add(counts)


@pytest.fixture
def many(aws: str, db: None) -> None:
    """A record every ten seconds but for an hour in the middle, in three places by turns."""
    seconds = [*range(0, 3_600, 10), *range(7_200, 10_800, 10)]
    write(
        [
            made(second, location=f"place {second // 10 % 3}", local_avg=Decimal(second % 97))
            for second in seconds
        ]
    )


def datasets(page: Page, canvas: int = 0) -> Any:
    """What the lines of a chart are made of."""
    expect(page.locator(".charts canvas").nth(canvas)).to_be_visible()
    return page.evaluate(
        """(number) => {
          const canvas = document.querySelectorAll('.charts canvas')[number];
          const chart = window.Chart.getChart(canvas);
          return chart.data.datasets.map((one) => ({
            color: one.borderColor,
            x: one.data.map(({ x }) => x),
            y: one.data.map(({ y }) => y ?? null),
          }));
        }""",
        canvas,
    )


def times(page: Page) -> Locator:
    return page.locator("#records tbody th time")


def drawn(page: Page, said: str = "records are drawn") -> None:
    expect(page.locator("[data-chart-said]")).to_contain_text(said)


class TestManyRecords:
    def test_all_count_and_a_time_without_records_breaks_the_line(
        self, visit: Open, many: None
    ) -> None:
        page = visit("kim", f"/messages/?date={DATE}")

        drawn(page, "All 720 records are drawn: the mean of each 30 seconds")
        mean, low, high = datasets(page)
        assert mean["x"][0] == MIDNIGHT + 15
        assert mean["y"][0] == pytest.approx((0 + 10 + 20) / 3)
        assert (low["y"][0], high["y"][0]) == (pytest.approx(2), pytest.approx(18))
        assert [place for place, y in enumerate(mean["y"]) if y is None] == [120]
        assert all(line["y"][120] is None for line in (low, high))
        page.click("summary:has-text('In numbers')")
        cells = page.locator("[data-summary] tbody tr").first.locator("th, td")
        values = [second % 97 for second in [*range(0, 3_600, 10), *range(7_200, 10_800, 10)]]
        mean_shown = float(cells.nth(3).inner_text())
        assert math.isclose(mean_shown, sum(values) / len(values), rel_tol=1e-5)
        expect(cells.nth(4)).to_have_text(str(max(values)))

    def test_the_band_can_be_from_the_least_to_the_most_and_stays_so(
        self, visit: Open, many: None
    ) -> None:
        page = visit("kim", f"/messages/?date={DATE}")
        drawn(page)

        page.select_option("[data-band]", "extremes")

        _, low, high = datasets(page)
        assert (low["y"][0], high["y"][0]) == (0, 20)
        page.reload()
        drawn(page)
        _, low, high = datasets(page)
        assert (low["y"][0], high["y"][0]) == (0, 20)

    def test_groups_have_small_charts_of_one_axis(self, visit: Open, many: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}&by=location")
        drawn(page)

        expect(page.locator(".charts canvas")).to_have_count(3 * 2)
        axes = page.evaluate(
            """[...document.querySelectorAll('.charts canvas')].map((canvas) => {
              const { x, y } = window.Chart.getChart(canvas).scales;
              return [x.min, x.max, y.min, y.max].join(" ");
            })"""
        )
        assert len(set(axes[:3])) == len(set(axes[3:])) == 1

    def test_a_group_keeps_its_colour_whatever_is_filtered(self, visit: Open, many: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}&by=location")
        drawn(page)
        names = page.locator(".chart-group span:nth-child(2)").all_inner_texts()
        colors = [datasets(page, number)[0]["color"] for number in range(6)]
        assert colors[:3] == colors[3:]
        assert len(set(colors)) == 3

        page.goto(f"{page.url}&location=place+2")
        drawn(page)
        expect(page.locator(".charts canvas")).to_have_count(2)
        assert datasets(page)[0]["color"] == colors[names.index("place 2")]

    @pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
    def test_a_chart_is_no_wider_than_the_page(self, size: Any, visit: Open, many: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}&by=location", viewport=size)
        drawn(page)

        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


class TestOverview:
    def test_a_click_shows_a_day(self, visit: Open, day: None) -> None:
        for number in range(1, 5):
            stored(number * DAY)
        Day.objects.update(count=40)
        page = visit("kim", f"/messages/?date={DATE}")
        drawn(page)
        expect(page.locator("[data-overview]")).to_be_visible()

        click_bar(page, 2)

        expect(page.get_by_role("heading", name="Thursday 30 May 2019")).to_be_visible()
        drawn(page, "1 record is drawn.")

    def test_dragging_shows_several(self, visit: Open, day: None) -> None:
        for number in range(1, 5):
            stored(number * DAY)
        Day.objects.update(count=40)
        page = visit("kim", f"/messages/?date={DATE}")
        drawn(page)

        click_bar(page, 1, 3)

        drawn(page, "All 3 records are drawn.")
        assert page.url.endswith("date_from=2019-05-29&date_to=2019-05-31")


def click_bar(page: Page, first: int, last: int | None = None) -> None:
    canvas = page.locator("[data-overview] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    overview = "window.Chart.getChart(document.querySelector('[data-overview] canvas'))"
    places = [
        box["x"] + page.evaluate(f"{overview}.scales.x.getPixelForValue({number})")
        for number in (first, last if last is not None else first)
    ]
    page.mouse.move(places[0], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(places[1], box["y"] + 22, steps=4)
    page.mouse.up()


def test_what_is_missing_is_told_and_asked_for_again(visit: Open, day: None) -> None:
    day_index.add({DATE: 1_000_000})
    page = visit("kim", f"/messages/?date={DATE}")

    expect(page.locator("[data-chart-late]")).to_contain_text(f"Not complete: {DATE} changed")
    expect(page.locator(".charts canvas")).to_have_count(0)
    day_index.add({DATE: -1_000_000})

    expect(page.locator("[data-chart-said]")).to_contain_text(LOADED, timeout=30_000)
    expect(page.locator("[data-chart-late]")).to_be_hidden()


class TestChart:
    def test_it_draws_all_records_and_tells_their_numbers(self, visit: Open, day: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}")

        expect(page.locator("[data-chart-said]")).to_contain_text(LOADED)
        expect(page.locator("[data-chart-said]")).to_contain_text(re.compile(r"As of \d{4}-"))
        expect(page.locator(".charts canvas")).to_have_count(2)
        page.click("summary:has-text('In numbers')")
        row = page.locator("[data-summary] tbody tr")
        expect(row.locator("th, td")).to_have_text(
            ["All records", "40", "0", "19.5", "39", "120.073", "120.073", "120.073"]
        )
        # No number is below 0, and so is no tick.
        assert page.evaluate(f"{CHART}.scales.y.min") == 0

    def test_it_draws_a_small_chart_for_each_group_and_tells_the_numbers(
        self, visit: Open, day: None
    ) -> None:
        page = visit("kim", f"/messages/?date={DATE}&by=location")

        expect(page.locator("[data-chart-said]")).to_contain_text(LOADED)
        expect(page.locator("[data-legend] a")).to_have_text(["Lisbon", "Porto"])
        expect(page.locator(".charts canvas")).to_have_count(2 * 2)
        expect(page.locator(".chart-group").nth(1)).to_have_text("Porto20")
        page.click("summary:has-text('In numbers')")
        row = page.locator("[data-summary] tbody tr").nth(2)
        expect(row.locator("th, td")).to_have_text(
            ["Porto", "20", "1", "20", "39", "120.073", "120.073", "120.073"]
        )

    def test_another_grouping_stays_in_the_address(self, visit: Open, day: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}")
        expect(page.locator("[data-chart-said]")).to_contain_text(LOADED)

        page.select_option("#f-by", "source")

        expect(page.locator("[data-legend] a")).to_have_text(["10.0.0.1"])
        assert page.url.endswith(f"?date={DATE}&by=source")

    def test_dragging_over_it_zooms_into_the_table_and_a_link_leads_back(
        self, visit: Open, day: None
    ) -> None:
        page = visit("kim", f"/messages/?date={DATE}")
        drag(page, 3.25, 4.95)

        expect(times(page)).to_have_count(10)
        assert re.search(r"time_from=03%3A1\d&time_to=04%3A5\d", page.url)
        expect(page.locator("[data-chart-said]")).to_contain_text("All 10 records")

        page.click("text=Whole day")
        expect(times(page)).to_have_count(40)

    def test_over_several_days_it_chooses_days_and_then_a_day(self, visit: Open, day: None) -> None:
        for number in range(1, 5):
            stored(number * DAY)
        page = visit("kim", "/messages/?date=")

        drag(page, 30, 200)
        expect(page.locator("[data-chart-said]")).to_contain_text("All 4 records")
        assert page.url.endswith("date_from=2019-05-29&date_to=2019-06-01")

        drag(page, 49.5, 67.5)
        expect(page.get_by_role("heading", name="Thursday 30 May 2019")).to_be_visible()
        assert re.search(r"date=2019-05-30&time_from=01%3A\d\d&time_to=19%3A\d\d$", page.url)

    def test_a_few_hours_of_two_days_stay_hours(self, visit: Open, day: None) -> None:
        for number in range(40, 160):
            stored(number * 600)
        page = visit("kim", "/messages/?date=")

        drag(page, 20, 26)

        expect(page.locator("[data-chart-said]")).to_contain_text(re.compile(r"All 3\d records"))
        pattern = r"date_from=2019-05-28T(19|20)%3A\d\d&date_to=2019-05-29T0(1|2)%3A\d\d$"
        assert re.search(pattern, page.url)

    def test_it_follows_the_theme(self, visit: Open, day: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}", color_scheme="light")
        expect(page.locator("[data-chart-said]")).to_contain_text(LOADED)
        light = line_color(page)

        for _ in ("light", "dark"):  # unfold's key chooses one theme after the other
            page.keyboard.press("Control+e")

        page.wait_for_function("document.documentElement.classList.contains('dark')")
        assert line_color(page) != light

    def test_a_failure_is_told(self, visit: Open, day: None) -> None:
        page = visit("kim", f"/messages/?date={DATE}")
        page.route("**/chart.json*", lambda route: route.abort())

        page.reload()

        expect(page.locator("[data-chart-said]")).to_have_text(
            "The chart could not be loaded. Reload the page to try again."
        )


def drag(page: Page, start: float, end: float) -> None:
    """Over the first chart, between two moments, in hours behind midnight."""
    canvas = page.locator(".charts canvas").first
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    places = [
        box["x"] + page.evaluate(f"{CHART}.scales.x.getPixelForValue({MIDNIGHT + hours * 3600})")
        for hours in (start, end)
    ]
    page.mouse.move(places[0], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(places[1], box["y"] + 80, steps=4)
    page.mouse.up()


def line_color(page: Page) -> str:
    color: str = page.evaluate(f"{CHART}.data.datasets[0].borderColor")
    return color


AXIS = "Chart.getChart(document.querySelector('[data-charts] canvas')).scales.x.ticks"
POINTED_AT = """() => {
  const chart = Chart.getChart(document.querySelector('[data-charts] canvas'));
  chart.tooltip.setActiveElements([{datasetIndex: 0, index: 0}], {x: 0, y: 0});
  chart.update();
  return chart.tooltip.title;
}"""


def test_charts_say_their_times_in_the_zone_that_is_in_front(visit: Open, day: None) -> None:
    options = {"timezone_id": "Asia/Tokyo", "locale": "en-GB", "viewport": DESKTOP}
    page = visit("kim", f"/messages/?date={DATE}", **options)
    expect(page.locator("[data-charts] canvas").first).to_be_visible()
    first = page.evaluate(f"{AXIS}[0].label")
    assert first[1:] == ["2019-05-28"]
    utc, own = page.evaluate(POINTED_AT)
    assert (utc, own[:28]) == ("2019-05-28 00:00:00 UTC", "Your time: 28 May 2019, 09:0")

    page.click(".user-button")
    with page.expect_navigation():
        page.click("text=Your zone")

    expect(page.locator("[data-charts] canvas").first).to_be_visible()
    assert page.evaluate(f"{AXIS}[0].label")[1:] == ["2019-05-28", "+09:00"]
    assert page.evaluate(f"{AXIS}[0].label")[0] >= "09:00"
    assert page.evaluate(POINTED_AT) == [own, utc]
