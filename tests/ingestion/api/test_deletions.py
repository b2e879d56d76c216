"""Deleting what a query matches through the API: who may, and what is said."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from audit.models import AuditEntry
from project.access.roles import make_roles
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, lines, records, run
from tests.ingestion.responses import json_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def operator() -> Client:
    make_roles(apps, "default")
    user = User.objects.create_user("ada")
    user.groups.add(Group.objects.get(name="operator"))
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, address: str, **data: Any) -> Any:
    return client.post(address, data, "application/json")


def worked(client: Client, deletion: dict[str, Any]) -> dict[str, Any]:
    """What the workers make of it."""
    tasks = Tasks()
    tasks.delete_records(deletion["id"])
    tasks.run()
    return json_of(client.get(f"/api/deletions/{deletion['id']}/"))


def test_what_matches_is_counted_confirmed_deleted_and_restored(operator):
    run(HEADER + lines(10))
    query = f"date={DATE}&local_avg_min=4"
    response = send(operator, "/api/records/messages/delete/", query=query)
    assert response.status_code == 202
    deletion = json_of(response)
    assert response["Location"].endswith(f"/api/deletions/{deletion['id']}/")
    assert (deletion["state"], deletion["query"]) == ("counting", query)
    address = f"/api/deletions/{deletion['id']}"
    counted = worked(operator, deletion)
    assert (counted["state"], counted["matched"]) == ("counted", 6)
    wrong = send(operator, f"{address}/run/", count=5)
    assert (wrong.status_code, json_of(wrong)["code"]) == (409, "wrong_count")
    assert "6 records were counted" in json_of(wrong)["detail"]
    assert len(averages()) == 10
    assert send(operator, f"{address}/run/", count=6).status_code == 202
    assert worked(operator, deletion)["deleted"] == 6
    assert averages() == [0, 1, 2, 3]
    assert AuditEntry.objects.get(action="deleted by query").user_name == "ada"
    assert operator.post(f"{address}/restore/").status_code == 202
    assert worked(operator, deletion)["restored"] == 6
    assert len(averages()) == 10
    assert operator.post(f"{address}/cancel/").status_code == 409
    assert [one["id"] for one in json_of(operator.get("/api/deletions/"))["results"]] == [
        deletion["id"]
    ]


def test_a_selection_of_keys_is_deleted(operator):
    run(HEADER + lines(4))
    keys = [{"date": one.date, "time": one.time} for one in records()[:2]]
    deletion = json_of(send(operator, "/api/records/messages/delete/", keys=keys))
    assert worked(operator, deletion)["matched"] == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"query": "date=yesterday"},
        {"query": "colour=red"},
        {"query": "", "keys": [{"date": DATE, "time": "10:00:00"}]},
        {"keys": []},
        {"keys": [{"date": DATE, "time": "10:00:00"}] * 1001},
        {"keys": [{"date": DATE, "time": ""}]},
        {"keys": [{"date": "x", "time": "10:00:00"}]},
    ],
)
def test_what_is_no_query_is_refused(operator, data):
    assert send(operator, "/api/records/messages/delete/", **data).status_code == 400


def test_there_is_nothing_to_delete_of_a_kind_that_there_is_not(operator):
    assert send(operator, "/api/records/nothing/delete/", query="").status_code == 404


def test_it_needs_the_permission_to_delete_records(operator):
    deletion = json_of(send(operator, "/api/records/messages/delete/", query=""))
    group = Group.objects.get(name="operator")
    group.permissions.remove(Permission.objects.get(codename="delete_message"))
    assert send(operator, "/api/records/messages/delete/", query="").status_code == 403
    for way in ("run", "cancel", "restore"):
        address = f"/api/deletions/{deletion['id']}/{way}/"
        assert send(operator, address, count=0).status_code == 403


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("deletions", "Deletions"),
        ("imports", "Imports"),
        ("formats", "Formats"),
        ("messages", "Messages"),
        ("messages/2019-05-28/10:55:00", "Message"),
        ("records/messages", "Records"),
        ("records/messages/2019-05-28/10:55:00", "Record"),
        ("records/messages/export", "Export"),
        ("webhooks", "Webhooks"),
        ("mail-rules", "Mail rules"),
        ("notices", "Notices"),
    ],
)
def test_a_page_of_the_api_is_named_after_what_it_shows(admin_client, address, name):
    assert json_of(admin_client.options(f"/api/{address}/"))["name"] == name
