"""The audit trail in the admin."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db
URL = "/admin/messages_app/auditentry/"


@pytest.fixture
def auditor() -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    client = Client()
    client.force_login(user)
    return client


def entry(**values: Any) -> AuditEntry:
    usual = {"user_name": "kim", "channel": "page", "action": "changed", "kind": "message"}
    return AuditEntry.objects.create(**{**usual, "target": "2019-05-28 10:55:09", **values})


def listed(client: Client, query: str) -> set[str]:
    """The targets in the list."""
    page = text_of(client.get(f"{URL}?{query}"))
    return set(re.findall(r"field-target[^>]*>([^<]+)<", page))


@pytest.mark.parametrize(
    "query",
    ["q=robot", "q=gates.csv", "channel__exact=api", "action=cancelled", "kind=import"],
)
def test_an_entry_is_found_by_user_target_channel_action_and_kind(
    query: str, auditor: Client
) -> None:
    entry()
    entry(user_name="robot", channel="api", action="cancelled", kind="import", target="gates.csv")

    assert listed(auditor, query) == {"gates.csv"}


def test_an_entry_is_found_by_its_date(auditor: Client) -> None:
    old, _ = entry(target="old"), entry(target="new")
    AuditEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=40))
    since = (timezone.now() - timedelta(days=1)).isoformat().replace("+", "%2B")

    assert listed(auditor, f"at__gte={since}") == {"new"}


def test_an_entry_shows_what_changed(auditor: Client) -> None:
    one = entry(detail={"values": {"location": ["<b>Lisbon</b>", "Porto"]}})

    page = text_of(auditor.get(f"{URL}{one.pk}/change/"))

    assert "<del>&lt;b&gt;Lisbon&lt;/b&gt;</del>" in page
    assert "<ins>Porto</ins>" in page


def test_nobody_changes_the_trail(admin_client: Client) -> None:
    one = entry()

    assert admin_client.get(f"{URL}add/").status_code == 403
    assert admin_client.post(f"{URL}{one.pk}/change/", {"action": "x"}).status_code == 403
    assert admin_client.post(f"{URL}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": one.pk, "post": "yes"}
    admin_client.post(URL, chosen)

    one.refresh_from_db()
    assert one.action == "changed"


def test_it_needs_its_permission(auditor: Client) -> None:
    one = entry()
    User.objects.get().user_permissions.clear()

    for path in ("", f"{one.pk}/change/", "export/"):
        assert auditor.get(f"{URL}{path}").status_code == 403


def test_it_is_a_file_as_it_is_filtered(auditor: Client) -> None:
    entry()
    entry(user_name="robot", target="=1+1", detail={"values": {"a": ["ä", "b"]}})

    response = auditor.get(f"{URL}export/?q=robot")

    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert (row["user_name"], row["target"]) == ("robot", "'=1+1")
    assert row["detail"] == '{"values": {"a": ["ä", "b"]}}'


def test_everything_is_in_this_one_place(admin_client: Client) -> None:
    admin_client.post("/admin/auth/group/add/", {"name": "night shift"})

    one = AuditEntry.objects.get()
    assert (one.action, one.kind, one.target) == ("created", "group", "night shift")
    assert not LogEntry.objects.exists()
