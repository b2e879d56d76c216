"""The pages of the records of a kind that staff made."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messages_app.kinds.record_kind import RecordKind
from messages_app.models import Kind, SavedView
from messages_app.schema.record import Record, build_record
from messages_app.schema.types import Value
from tests.messages_app.kinds.climate import DATE, make
from tests.pages.conftest import LogIn, text_of

PAGE = "/records/climate/"
ONE = f"{PAGE}{DATE}/10:00:00%23a/"


@pytest.fixture
def climate(aws: str, db: None) -> RecordKind:
    kind = make()
    for record in (made(kind, "a", battery=80), made(kind, "b")):
        kind.repository.insert(record)
    return kind


@pytest.fixture
def editor(log_in: LogIn, climate: RecordKind) -> Client:
    return log_in(
        *(f"messages_app.{action}_message" for action in ("view", "add", "change", "delete"))
    )


def made(kind: RecordKind, sensor: str, **values: Any) -> Record:
    data = {"at": "1559037600", "sensor": sensor, "temperature": "21.5", "humidity": "40", **values}
    cleaned: dict[str, Value | None] = {
        name: kind.schema.by_name[name].from_text(str(value)) for name, value in data.items()
    }
    return build_record(kind.schema, kind.schema.present(cleaned))


def test_the_page_shows_records_by_the_fields_of_their_kind(editor: Client) -> None:
    page = text_of(editor.get(PAGE))

    assert "<h2" in page
    assert "Climate" in page
    assert re.findall(r'data-label="Sensor">([^<]*)<', page) == ["a", "b"]
    assert re.findall(r'data-label="Battery">([^<]*)<', page) == ["80", ""]
    assert f'href="{ONE}"' in page
    assert 'href="/records/climate/new/"' in page
    assert 'action="/records/climate/"' in page
    assert "Without a value in" in page


def test_filters_narrow_them(editor: Client) -> None:
    assert "1 record" in text_of(editor.get(PAGE, {"date": DATE, "without": "battery"}))
    assert "1 record" in text_of(editor.get(PAGE, {"date": DATE, "battery_min": "50"}))
    assert editor.get(PAGE, {"date": DATE, "battery_min": "x"}).status_code == 400


def test_there_is_a_chart_of_each_of_its_measures_for_each_sensor(editor: Client) -> None:
    drawn = json.loads(editor.get(f"{PAGE}chart.json", {"date": DATE, "by": "sensor"}).content)

    assert (drawn["by"], [one["name"] for one in drawn["groups"]]) == ("Sensor", ["a", "b"])
    assert [one["label"] for one in drawn["charts"]] == ["Temperature", "Humidity", "Battery"]
    assert drawn["groups"][0]["url"].startswith(f"{PAGE}?date={DATE}&sensor=a")


def test_its_export_has_the_kinds_name_and_fields(editor: Client) -> None:
    response = editor.get(f"{PAGE}export/", {"date": DATE})

    assert response["Content-Disposition"] == f'attachment; filename="climate-{DATE}.csv"'
    lines = b"".join(response).decode().splitlines()
    assert lines[0] == "date,time,at,sensor,temperature,humidity,battery,import,line"
    assert lines[1] == f"{DATE},10:00:00#a,1559037600,a,21.5,40,80,,"


def test_a_record_is_looked_at_changed_and_deleted(editor: Client, climate: RecordKind) -> None:
    page = text_of(editor.get(ONE))
    assert f'href="{ONE}edit/"' in page
    assert f'href="{ONE}delete/"' in page

    [tag] = re.findall(r'name="etag" value="([^"]*)"', text_of(editor.get(f"{ONE}edit/")))
    data = {"temperature": "22", "humidity": "40", "battery": "", "etag": tag}
    assert editor.post(f"{ONE}edit/", data)["Location"] == ONE
    assert climate.repository.get(DATE, "10:00:00#a") == made(climate, "a", temperature="22")

    stale = editor.post(f"{ONE}edit/", {**data, "temperature": "23"})
    assert stale.status_code == 409
    [tag] = re.findall(r'name="etag" value="([^"]*)"', text_of(editor.get(f"{ONE}delete/")))
    assert editor.post(f"{ONE}delete/", {"etag": tag})["Location"] == f"{PAGE}?date={DATE}"
    assert editor.get(ONE).status_code == 404


def test_a_new_record_is_made_and_a_time_leads_to_those_of_it(
    editor: Client, climate: RecordKind
) -> None:
    data = {"at": "2019-05-28T10:00:00Z", "sensor": "c/1", "temperature": "1", "humidity": "2"}
    response = editor.post(f"{PAGE}new/", data)

    assert response["Location"] == f"{PAGE}{DATE}/10:00:00%23c%252F1/"
    assert editor.get(response["Location"]).status_code == 200
    assert editor.post(f"{PAGE}new/", {**data, "humidity": "3"}).status_code == 409
    several = editor.get(f"{PAGE}{DATE}/10:00:00/")
    assert several["Location"].startswith(f"{PAGE}?date={DATE}&time_from=10%3A00%3A00")


def test_views_are_saved_for_the_kind(editor: Client) -> None:
    data = {"name": "Low", "kind": "climate", "query": f"date={DATE}&battery_max=50"}
    response = editor.post("/saved-views/", data)

    assert response["Location"] == f"{PAGE}?battery_max=50"
    assert SavedView.objects.get().kind == "climate"
    assert "Low" in text_of(editor.get(PAGE))
    assert "Low" not in text_of(editor.get("/messages/"))
    assert f'href="{PAGE}?battery_max=50"' in text_of(editor.get("/saved-views/"))


def test_no_kind_has_no_pages(editor: Client) -> None:
    for path in ("", "chart.json", "export/", "new/", f"{DATE}/10:00:00/"):
        assert editor.get(f"/records/unknown/{path}").status_code == 404


def test_the_days_of_other_kinds_are_not_shown(editor: Client) -> None:
    assert f"date={DATE}" not in text_of(editor.get("/messages/", {"date": "2019-05-27"}))


def test_a_thousand_kinds_cost_no_statement_more(editor: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert editor.get(PAGE, {"date": DATE}).status_code == 200
        return len(taken)

    statements()
    before = statements()
    Kind.objects.bulk_create(
        Kind(name=f"kind-{number}", label="x", fingerprint="x") for number in range(1000)
    )
    assert statements() == before
