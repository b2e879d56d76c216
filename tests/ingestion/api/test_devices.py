"""The API of devices: lists page by page, causes, and what is set of one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from messages_app.kinds.access import make_permissions
from messages_app.models import Kind
from project.access.roles import make_roles
from silence.models import Device
from tests.ingestion.running.unannounced.silence.helpers import multiply

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEVICES = "/api/devices/"


def make(name: str, kind: str = "messages", **more: object) -> Device:
    return Device.objects.create(
        kind=kind, name=name, **{"seen_at": NOON, "arrived_at": NOON, **more}
    )


def names(client: Client, query: str = "") -> list[str]:
    """Of all pages."""
    found, url = [], f"{DEVICES}?{query}"
    while url:
        body = client.get(url).json()
        found += ["/".join(one["device"]) for one in body["results"]]
        url = body["next"]
    return found


def test_a_device_is_told_in_full(admin_client):
    made = make("a%23b#c", usual=timedelta(minutes=10), due_at=NOON, overdue_at=NOON)
    [found] = admin_client.get(DEVICES).json()["results"]
    assert found == {
        "id": made.pk,
        "kind": "messages",
        "device": ["a#b", "c"],
        "state": "overdue",
        "seen_at": "2026-03-01T12:00:00Z",
        "arrived_at": "2026-03-01T12:00:00Z",
        "usual_seconds": 600,
        "report_minutes": None,
        "is_ignored": False,
        "due_at": "2026-03-01T12:00:00Z",
        "cause": {
            "code": "nothing_came",
            "detail": "No record of its kind came since.",
            "import": None,
        },
    }
    assert admin_client.get(f"{DEVICES}{made.pk}/").json() == found


def test_pages_follow_each_other_in_both_orders(admin_client):
    for number in range(7):
        make(f"d{number}", seen_at=NOON - timedelta(hours=number % 3))
    in_order = [f"d{number}" for number in range(7)]
    assert names(admin_client, "page_size=2") == in_order
    silent_first = names(admin_client, "page_size=2&order=seen")
    assert silent_first == ["d2", "d5", "d1", "d4", "d0", "d3", "d6"]


def test_lists_are_filtered(admin_client):
    make("one", overdue_at=NOON)
    make("two", kind="other")
    make("three", is_ignored=True)
    assert names(admin_client, "state=overdue") == ["one"]
    assert names(admin_client, "state=ignored") == ["three"]
    assert names(admin_client, "state=reporting") == ["two"]
    assert names(admin_client, "kind=other") == ["two"]
    assert names(admin_client, "search=hre") == ["three"]
    assert admin_client.get(f"{DEVICES}?state=gone").status_code == 400
    assert admin_client.get(f"{DEVICES}?cursor=x").status_code == 404


def test_what_is_set_counts_at_once_and_is_written_down(admin_client):
    made = make("one", overdue_at=NOON, due_at=NOON)

    def patch(**changes: object):
        return admin_client.patch(f"{DEVICES}{made.pk}/", changes, content_type="application/json")

    body = patch(report_minutes=60).json()
    assert (body["due_at"], body["state"]) == ("2026-03-01T13:30:00Z", "reporting")
    body = patch(is_ignored=True).json()
    assert (body["due_at"], body["state"]) == (None, "ignored")
    assert patch(is_ignored=True).status_code == 200
    body = patch(is_ignored=False, report_minutes=None).json()
    assert (body["due_at"], body["state"]) == (None, "reporting")
    entries = AuditEntry.objects.order_by("pk").values_list("action", "kind", "target", "detail")
    assert list(entries) == [
        ("changed", "device", "messages one", {"report_minutes": 60}),
        ("changed", "device", "messages one", {"is_ignored": True}),
        ("changed", "device", "messages one", {"report_minutes": None, "is_ignored": False}),
    ]
    for wrong in ({"report_minutes": 0}, {"report_minutes": 10**6}, {"name": "x"}):
        assert patch(**wrong).status_code == 400


def test_of_a_kind_that_one_may_not_see_no_device_is_shown(client, django_user_model):
    make_roles_once()
    Kind.objects.create(name="secret", label="Secret", fingerprint="x")
    make_permissions("secret", "Secret")
    hidden, seen = make("hidden", kind="secret"), make("seen")
    granted = Group.objects.create(name="few")
    granted.permissions.add(Permission.objects.get(codename="view_records_of_secret"))
    operator = User.objects.create_user("operator")
    operator.groups.add(Group.objects.get(name="operator"))
    client.force_login(operator)
    assert names(client) == ["seen"]
    changes = {"is_ignored": True}
    for device, status in ((hidden, 403), (seen, 200)):
        address = f"{DEVICES}{device.pk}/"
        assert client.get(address).status_code == status
        done = client.patch(address, changes, content_type="application/json")
        assert done.status_code == status
    assert client.get("/devices/").content.count(b"hidden</") == 0
    assert client.get(f"/devices/{hidden.pk}/").status_code == 403


def make_roles_once() -> None:
    make_roles(apps, "default")


def test_a_page_of_100_000_devices_takes_few_statements(admin_client):
    Device.objects.bulk_create(
        Device(
            kind="messages",
            name=f"device {number:02}",
            seen_at=NOON,
            arrived_at=NOON,
            due_at=NOON,
            overdue_at=NOON if number % 2 else None,
        )
        for number in range(100)
    )
    multiply(999)
    assert Device.objects.count() == 100_000
    for address in (
        f"{DEVICES}?page_size=50",
        f"{DEVICES}?state=overdue&order=seen&page_size=50",
        "/devices/",
        "/devices/?state=overdue&order=seen",
        "/devices/?search=99",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(address).status_code == 200
        assert len(queries) <= 20, address
