"""Files that nobody has described yet, in a real browser: understood with a few clicks."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser, FilePayload, Page, expect

from ingestion.formats.models import Format
from ingestion.models import Import
from ingestion.running.listener import Listener
from messages_app.kinds import registry
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import Tasks, counts, put, records
from tests.ingestion.reading.formats.suggest.test_certain import OTHER_NAMES
from tests.pages.browsing import Visitors, needs_browser
from tests.pages.every.test_in_browser import work

pytestmark = needs_browser

# Another producer: its names, no zone, days before months, decimal commas.
LOGGERS = """\
Zeit;Ort;Verbindung;Router;Mittel lokal;Gerät;Mittel fern
03.04.2026 10:00:00;Dach;Funk;router-1;1,41;gerät-23;9,14
03.04.2026 10:01:00;Keller;Kabel;router-3;0,61;gerät-8;5,59
"""
CLIMATE = "Time (UTC),Sensor,Temperature (°C),Humidity (%),Battery (%)\n" + "".join(
    f"2026-11-23 00:0{minute}:00,sensor-{sensor},2{minute}.{sensor},4{sensor}.5,9{sensor}\n"
    for minute in range(4)
    for sensor in range(1, 6)
)
RECORDS = "/records/room-climate/"


class Person:
    """Counts the clicks; a choice from a list takes two."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.clicks = 0

    def click(self, role: Any, name: str) -> None:
        self.tab.get_by_role(role, name=name).click(timeout=20_000)
        self.clicks += 1

    def choose(self, label: str, choice: str) -> None:
        self.tab.get_by_label(label).select_option(label=choice)
        self.clicks += 2

    def upload(self, name: str, text: str) -> Import:
        """To the page where the file is understood."""
        file = FilePayload(name=name, mimeType="text/csv", buffer=text.encode())
        self.tab.set_input_files("input[type=file]", [file])
        self.click("button", "Upload and import")
        expect(self.tab.locator(".upload-item .state")).to_have_text("queued")
        import_ = Import.objects.get()
        work(import_)
        self.click("link", f"Say how {name} is read")
        return import_


@pytest.fixture
def tab(browser: Browser, aws: str, live_server: Any) -> Iterator[Page]:
    User.objects.create_superuser("kim", password="a-long-password-17")
    visitors = Visitors(browser, live_server.url, {"kim": "a-long-password-17"})
    page = visitors.tab("kim")
    page.goto(f"{live_server.url}/upload/")
    yield page
    visitors.close()


def put_into_the_bucket(text: str, key: str) -> Import:
    """By boto3; its event starts the import."""
    put(text, key)
    tasks = Tasks()
    Listener(tasks).listen_once()
    tasks.run()
    return Import.objects.get(key=key)


def test_other_names_and_decimal_commas_take_six_clicks_and_the_next_file_none(
    tab: Page, settings: Any
) -> None:
    settings.POLL_SECONDS = 0
    person = Person(tab)
    import_ = person.upload("loggers.csv", LOGGERS)
    rows = tab.locator("#would-be tbody")
    expect(rows).to_contain_text("2026-04-03")
    expect(tab.locator("#would-be")).to_contain_text("1,41 is 1.41")
    zone = "Europe/Zurich: 03.04.2026 10:00:00 is 2026-04-03 08:00:00 UTC"
    person.choose("Timestamp says no zone", zone)
    expect(rows).to_contain_text("08:00:00")
    expect(tab.locator("#would-be [role=status]")).to_have_text(
        "Of the first 2 rows 2 would be stored."
    )
    tab.get_by_label("Remember how to read such files").fill("Plant A loggers")
    person.click("button", "Import and remember")
    expect(tab.locator("body")).to_contain_text("1 import continued")
    work(import_)

    assert person.clicks <= 6
    assert counts(import_) == {"read": 2, "written": 2}
    values = records("2026-04-03")[0].values
    assert (values["location"], str(values["local_avg"])) == ("Dach", "1.41")
    following = put_into_the_bucket(LOGGERS.replace("03.04.", "04.04."), "next.csv")
    assert counts(following) == {"read": 2, "written": 2}
    assert following.format_version.format.name == "Plant A loggers"


def test_looking_first_leads_to_the_page_where_the_file_is_understood(tab: Page) -> None:
    file = FilePayload(name="loggers.csv", mimeType="text/csv", buffer=LOGGERS.encode())
    tab.set_input_files("input[type=file]", [file])
    tab.get_by_role("button", name="Preview").click()
    tab.get_by_role("button", name="Upload it and say how it is read").click()
    expect(tab.locator(".upload-item .state")).to_have_text("queued")
    import_ = Import.objects.get()
    work(import_)
    tab.wait_for_url(f"**/imports/{import_.pk}/format/")
    expect(tab.get_by_label("Timestamp says no zone")).to_be_visible()


def test_a_format_is_tried_on_a_file_without_a_complaint_of_the_browser(
    tab: Page, live_server: Any
) -> None:
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{live_server.url}{reverse('format', args=[make().pk])}")
    file = FilePayload(name="loggers.csv", mimeType="text/csv", buffer=FILE.encode())
    tab.get_by_label("A file, whose beginning is read").set_input_files([file])
    tab.get_by_role("button", name="Try it").click()
    expect(tab.get_by_role("status")).to_contain_text("loggers.csv: 2 rows, 0 rejected")
    assert complaints == []


def test_the_rows_follow_what_is_chosen_above_a_column_and_by_the_keyboard(tab: Page) -> None:
    person = Person(tab)
    person.upload("loggers.csv", OTHER_NAMES)
    rows = tab.locator("#would-be tbody")
    expect(rows).to_contain_text("location-01")
    column = tab.get_by_label("Site becomes")
    column.focus()
    column.press("Home")  # left out
    expect(tab.locator("#would-be")).to_contain_text("Location is missing")
    constant = tab.locator("[name='k.location']")
    constant.fill("the roof")
    constant.press("Tab")
    expect(rows).to_contain_text("the roof")
    expect(tab.get_by_role("button", name="Show the rows again")).to_be_focused()
    tab.locator("[name='q.zone.timestamp']").select_option("2")
    expect(rows).to_contain_text("23:00:00")


def test_a_new_kind_is_made_from_a_file_and_has_all_that_kinds_have(
    tab: Page, live_server: Any
) -> None:
    person = Person(tab)
    import_ = person.upload("room-climate.csv", CLIMATE)
    person.click("link", "Make a new kind from this file")
    tab.get_by_label("Label").first.fill("Room climate")
    person.click("button", "Make the kind and continue")
    expect(tab.locator("#would-be [role=status]")).to_have_text(
        "Of the first 20 rows 20 would be stored."
    )
    person.click("button", "Import and remember")
    expect(tab.locator("body")).to_contain_text("1 import continued")
    work(import_)

    assert person.clicks <= 6
    assert counts(import_) == {"read": 20, "written": 20}
    schema = registry.find("room-climate").schema
    assert (schema.time_field, schema.identity) == ("measured_at", ("sensor",))
    assert [field.unit for field in schema.fields] == ["", "", "°C", "%", "%"]
    assert Format.objects.get().kind == "room-climate"
    look_at_the_records(tab, live_server.url)
    read_them_by_their_schema(tab, live_server.url)


def look_at_the_records(tab: Page, url: str) -> None:
    """List, chart, filter, export and admin."""
    tab.goto(f"{url}{RECORDS}?date=2026-11-23")
    expect(tab.locator("tbody th.time")).to_have_count(20)
    expect(tab.locator("canvas").first).to_be_visible()
    tab.goto(f"{url}{RECORDS}?date=2026-11-23&sensor=sensor-3")
    expect(tab.locator("tbody th.time")).to_have_count(4)
    exported = tab.request.get(f"{url}/api/records/room-climate/export/?format=csv").text()
    assert exported.splitlines()[0].startswith("date,time,measured_at,sensor,temperature,humidity")
    assert len(exported.splitlines()) == 21
    tab.goto(f"{url}/admin/messages_app/message/?kind=room-climate")
    expect(tab.locator("body")).to_contain_text("sensor-5")


def read_them_by_their_schema(tab: Page, url: str) -> None:
    """As a client that knows nothing else of the kind."""
    schema = tab.request.get(f"{url}/api/kinds/room-climate/schema/").json()
    found = tab.request.get(f"{url}/api/records/room-climate/?page_size=100").json()["results"]
    assert len(found) == 20
    for one in found:
        Draft202012Validator(schema).validate(one)
    numbers = [
        name
        for name, one in schema["properties"].items()
        if one.get("type") in ("number", "integer")
    ]
    assert {"temperature", "humidity", "battery"} <= {*numbers}
    assert {one["sensor"] for one in found} == {f"sensor-{number}" for number in range(1, 6)}
