"""The records of a kind are for those who were given its permissions, as soon as anybody was."""

from typing import Any

import pytest
import simplejson
from django.contrib.auth.models import Group, Permission, User
from rest_framework.test import APIClient

from audit.actor import Actor, Channel
from messages_app.kinds import access, making, registry
from messages_app.kinds.record_kind import RecordKind
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds.climate import DATE, KEY, RECORD, make

pytestmark = pytest.mark.django_db
RECORDS = "/api/records/climate/"
ONE = f"{RECORDS}{DATE}/{KEY.replace('#', '%23')}/"
_ALL = [f"messages_app.{one}_message" for one in ("view", "add", "change", "delete")]


@pytest.fixture
def climate(aws: str) -> RecordKind:
    return make()


@pytest.fixture
def everywhere(climate: RecordKind) -> APIClient:
    """Somebody with today's permissions on all records."""
    return api_client(*_ALL)


def grant(group: str, *codenames: str) -> Group:
    made, _ = Group.objects.get_or_create(name=group)
    made.permissions.add(*Permission.objects.filter(codename__in=codenames))
    return made


def send(method: Any, path: str, data: Any) -> Any:
    return method(path, data=simplejson.dumps(data), content_type="application/json")


def test_a_kind_has_two_permissions_that_come_and_go_with_it(climate: RecordKind) -> None:
    found = Permission.objects.filter(codename__endswith="_records_of_climate")
    assert sorted(found.values_list("codename", "name")) == [
        (
            "change_records_of_climate",
            "Can make, change and delete records of Climate (climate)",
        ),
        ("view_records_of_climate", "Can see the records of Climate (climate)"),
    ]
    grant("lab", "view_records_of_climate")
    making.delete(climate, Actor(User.objects.get(), Channel.API))
    assert not found.exists()


def test_while_nobody_has_them_todays_permissions_go_for_all_kinds(everywhere: APIClient) -> None:
    assert send(everywhere.post, RECORDS, RECORD).status_code == 201
    assert everywhere.get(RECORDS).status_code == 200


def test_once_somebody_has_them_others_are_refused(everywhere: APIClient) -> None:
    send(everywhere.post, RECORDS, RECORD)
    grant("lab", "view_records_of_climate")

    for answer in (
        everywhere.get(RECORDS),
        everywhere.get(ONE),
        everywhere.get(f"{RECORDS}export/?format=csv"),
        send(everywhere.post, RECORDS, RECORD),
        send(everywhere.post, f"{RECORDS}batch/", {"messages": [RECORD]}),
        send(everywhere.patch, ONE, {"humidity": 41}),
        everywhere.delete(ONE),
    ):
        assert answer.status_code == 403, answer
    assert everywhere.get("/api/messages/").status_code == 200


def test_those_who_have_them_need_no_other_permission(climate: RecordKind) -> None:
    viewer, editor = api_client(), api_client()
    users = User.objects.exclude(username="somebody").order_by("pk")
    users[0].groups.add(grant("viewers", "view_records_of_climate"))
    users[1].groups.add(grant("editors", "view_records_of_climate", "change_records_of_climate"))

    assert send(editor.post, RECORDS, RECORD).status_code == 201
    batch = {"on_conflict": "replace", "messages": [RECORD]}
    assert send(editor.post, f"{RECORDS}batch/", batch).status_code == 200
    assert send(editor.patch, ONE, {"humidity": 41}).status_code == 200
    assert viewer.get(ONE).json()["humidity"] == 41
    assert send(viewer.patch, ONE, {"humidity": 42}).status_code == 403
    assert send(viewer.post, RECORDS, RECORD).status_code == 403
    assert viewer.delete(ONE).status_code == 403
    assert viewer.get("/api/messages/").status_code == 403
    assert editor.delete(ONE).status_code == 204


def test_a_superuser_may_all(everywhere: APIClient) -> None:
    grant("lab", "view_records_of_climate")
    root = User.objects.create_superuser("root")
    assert access.Access(root, "climate").change
    assert access.viewable(root, ["climate", "messages"]) == {"climate", "messages"}


def test_another_kind_is_not_touched(everywhere: APIClient) -> None:
    make(name="climate-2", label="Other")
    grant("lab", "view_records_of_climate")
    user = User.objects.exclude(username="somebody").get()
    assert access.viewable(user, [one for one, _ in registry.labels()]) == {
        "messages",
        "climate-2",
    }
    assert everywhere.get("/api/records/climate-2/").status_code == 200
