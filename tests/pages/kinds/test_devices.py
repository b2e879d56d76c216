"""The page of devices, what is set there, and what the overview says of those that are overdue."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.models import Heartbeat
from ingestion.running.heartbeats import Kind
from silence import reporting
from silence.models import Device, FileDue, KindReporting, Watch
from tests.ingestion.formats.making import make
from tests.pages.conftest import LogIn, text_of

pytestmark = pytest.mark.django_db


def device(name: str, **more: object) -> Device:
    now = timezone.now()
    values = {"kind": "messages", "name": name, "seen_at": now, "arrived_at": now}
    return Device.objects.create(**{**values, **more})


def overdue(name: str) -> Device:
    """For an hour, of two hours of silence."""
    now = timezone.now()
    seen, due = now - timedelta(hours=3), now - timedelta(hours=1)
    return device(name, seen_at=seen, arrived_at=seen, due_at=due, overdue_at=due)


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in(
        *("silence.view_device", "messages_app.view_message", "ingestion.view_import"),
        "ingestion.view_format",
    )


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_devices_are_listed_with_cause_and_records(reader: Client) -> None:
    KindReporting.objects.create(kind="messages", device_field="remote_dest")
    overdue("device-7")
    device("device 8", usual=timedelta(hours=2))
    page = text_of(reader.get("/devices/"))
    said = words(page)
    assert "Silent for 3 hours. Others of its kind sent records, " in said
    assert "2 hours, as usual" in said
    assert not re.search(r"/devices/\d", page)


def test_a_device_leads_to_its_records(reader: Client) -> None:
    KindReporting.objects.create(kind="messages", device_field="remote_dest")
    reporting.known.forget()
    device("device%238")
    assert 'href="/messages/?remote_dest=device%238"' in text_of(reader.get("/devices/"))
    reporting.known.forget()


def test_pages_follow_each_other(reader: Client) -> None:
    for number in range(60):
        device(f"device-{number:02}")
    page = text_of(reader.get("/devices/?order=seen"))
    assert page.count('scope="row"') == 50
    [url] = re.findall(r'href="(\?[^"]*)" rel="next"', page)
    page = text_of(reader.get(f"/devices/{url.replace('&amp;', '&')}"))
    assert page.count('scope="row"') == 10
    assert "First page" in page
    assert reader.get("/devices/?after=nonsense").status_code == 404
    assert reader.get("/devices/?state=nonsense").status_code == 400


def test_an_interval_is_set_and_a_device_ignored(log_in: LogIn) -> None:
    client = log_in("silence.view_device", "silence.change_device", "messages_app.view_message")
    one = overdue("one")
    address = f"/devices/{one.pk}/"
    assert "Give a whole number" in text_of(client.post(address, {"report_minutes": "0"}))
    assert client.post(address, {"report_minutes": "600"})["Location"] == "/devices/"
    one.refresh_from_db()
    assert (one.report_minutes, one.state) == (600, "reporting")
    client.post(address, {"is_ignored": "on"})
    one.refresh_from_db()
    assert (one.report_minutes, one.state, one.due_at) == (None, "ignored", None)
    assert AuditEntry.objects.filter(kind="device", target="messages one").count() == 2


def test_the_overview_says_what_is_overdue_and_why(reader: Client, aws: str) -> None:
    for kind in (Kind.LISTENER, Kind.WORKER):
        Heartbeat.objects.create(pk=kind, kind=kind, at=timezone.now())
    Watch.objects.create(pk=1, checked_at=timezone.now())
    make(due_minutes=1)
    FileDue.objects.update(due_at=timezone.now(), overdue_at=timezone.now())
    for number in range(5):
        overdue(f"d{number}")
    said = words(text_of(reader.get("/")))
    assert (
        "A file of the format Plant A is overdue. No file came since it is watched. See the format"
        in said
    )
    assert "5 devices of messages are overdue. d0: No record of its kind came since;" in said
    assert "and 2 more. See them" in said
    Watch.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    assert "Silent devices were last checked" in words(text_of(reader.get("/")))


def test_how_often_the_devices_of_a_kind_report_is_set(log_in: LogIn) -> None:
    client = log_in("messages_app.view_kind", "messages_app.change_kind")
    address = "/kinds/messages/devices/"
    assert "Remote destination" in text_of(client.get(address))
    wrong = client.post(address, {"minutes": "0", "field": "local_avg"})
    assert wrong.status_code == 400
    assert client.post(address, {"minutes": "30", "field": "source"})["Location"]
    [row] = KindReporting.objects.all()
    assert (row.kind, row.report_minutes, row.device_field) == ("messages", 30, "source")
    assert 'value="30"' in text_of(client.get(address))
    assert 'value="source" selected' in text_of(client.get(address))
    entry = AuditEntry.objects.get()
    assert entry.detail == {"report_minutes": 30, "device_field": "source"}
