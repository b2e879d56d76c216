"""The records of a kind that staff made, in the admin."""

import re
from urllib.parse import quote

import pytest
from django.contrib.admin.utils import quote as quoted
from django.contrib.auth.models import User
from django.test import Client

from audit.models import AuditEntry
from messages_app.kinds.record_kind import RecordKind
from tests.messages_app.kinds.climate import DATE, make
from tests.pages.conftest import LogIn, text_of
from tests.pages.kinds.test_records import made

LIST = "/admin/messages_app/message/"
KEY = f"climate {DATE} 10:00:00#a"
ONE = f"{LIST}{quote(quoted(KEY))}/"


@pytest.fixture
def climate(aws: str, db: None) -> RecordKind:
    kind = make()
    for sensor in ("a", "b"):
        kind.repository.insert(made(kind, sensor, battery=80))
    return kind


@pytest.fixture
def staff(log_in: LogIn, climate: RecordKind) -> Client:
    actions = ("view", "add", "change", "delete")
    client = log_in(*(f"messages_app.{action}_message" for action in actions))
    User.objects.update(is_staff=True)
    return client


def test_the_list_has_the_fields_of_the_kind_that_the_address_names(staff: Client) -> None:
    page = text_of(staff.get(LIST, {"kind": "climate"}))

    for heading in ("Sensor", "Temperature (°C)", "Battery (%)"):
        assert heading in page
    assert "Local average" not in page
    assert '<option value="climate" selected>Climate</option>' in page
    assert f'href="{LIST}add/?kind=climate"' in page
    assert staff.get(LIST, {"kind": "unknown"}).status_code == 404
    assert "Local average" in text_of(staff.get(LIST))
    battery = {"kind": "climate", "date": DATE, "battery_max": "50"}
    assert "0 records on this page" in text_of(staff.get(LIST, battery))


def test_a_row_is_called_by_its_date_time_and_identity_alone(staff: Client) -> None:
    page = text_of(staff.get(LIST, {"kind": "climate"}))

    [first, *_] = re.findall(r'class="field-moment[^"]*"[^>]*>(.*?)</t[hd]>', page, re.DOTALL)
    assert re.sub(r"<[^>]*>", "", first).strip() == f"{DATE} 10:00:00#a"


def test_its_export_is_of_the_kind(staff: Client) -> None:
    response = staff.get(f"{LIST}export/", {"kind": "climate", "date": DATE})
    lines = b"".join(response).decode("utf-8-sig").splitlines()

    assert lines[0].startswith("date,time,at,sensor,temperature")
    assert len(lines) == 3


def test_a_record_is_changed_and_its_history_told(staff: Client, climate: RecordKind) -> None:
    page = text_of(staff.get(f"{ONE}change/"))
    [tag] = re.findall(r'name="etag" value="([^"]*)"', page)
    assert 'name="sensor"' not in page

    data = {"temperature": "22", "humidity": "40", "battery": "", "etag": tag}
    response = staff.post(f"{ONE}change/", data)

    assert response["Location"] == f"{LIST}?kind=climate"
    assert climate.repository.get(DATE, "10:00:00#a") == made(climate, "a", temperature="22")
    entry = AuditEntry.objects.get(action="changed")
    assert (entry.kind, entry.target) == ("record of climate", f"{DATE} 10:00:00#a")
    assert "<del>21.5</del>" in text_of(staff.get(f"{ONE}history/"))


def test_a_record_is_added_and_deleted(staff: Client, climate: RecordKind) -> None:
    data = {"at": "1559037600", "sensor": "c", "temperature": "1", "humidity": "2"}
    response = staff.post(f"{LIST}add/?kind=climate", data)
    assert response["Location"] == f"{LIST}?kind=climate"
    assert climate.repository.get(DATE, "10:00:00#c") is not None

    page = text_of(staff.get(f"{ONE}delete/"))
    [tag] = re.findall(r'name="etag" value="([^"]*)"', page)
    confirmed = {"confirmed": "yes", "etag": tag, "_selected_action": KEY}
    assert staff.post(f"{ONE}delete/", confirmed)["Location"] == f"{LIST}?kind=climate"
    assert climate.repository.get(DATE, "10:00:00#a") is None


def test_chosen_records_are_deleted(staff: Client, climate: RecordKind) -> None:
    keys = [KEY, KEY.replace("#a", "#b")]
    chosen = {"action": "delete_selected", "_selected_action": keys}
    asked = text_of(staff.post(f"{LIST}?kind=climate", chosen))
    tags = re.findall(r'name="etag" value="([^"]*)"', asked)

    staff.post(f"{LIST}?kind=climate", {**chosen, "confirmed": "yes", "etag": tags})

    assert len(tags) == 2
    assert climate.repository.scan()[0] == []
