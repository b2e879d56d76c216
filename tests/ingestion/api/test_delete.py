"""Deleting imports through the API, page and admin: who may, what is said, what is written down."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from audit.models import AuditEntry
from ingestion.models import DeletedImport, Import
from project.access.roles import ROLES, make_roles
from tests.ingestion.helpers import HEADER, Tasks, line, lines, records, run, start
from tests.ingestion.responses import json_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

WRONG = line(9, avg="many") + line(10, avg="many")


@pytest.fixture
def log_in() -> Any:
    make_roles(apps, "default")

    def of_role(role: str) -> Client:
        user = User.objects.create_user(f"a-{role}", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return of_role


@pytest.fixture
def administrator(log_in):
    return log_in("administrator")


def ways(import_: Import) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Method, address and form of each way to delete an import."""
    chosen = {"action": "delete_selected", "_selected_action": str(import_.pk), "index": "0"}
    confirmed = {"confirmed": "yes"}
    return {
        "api": ("delete", f"/api/imports/{import_.pk}/", {}),
        "page": ("post", f"/imports/{import_.pk}/delete/", {}),
        "admin": ("post", f"/admin/ingestion/import/{import_.pk}/delete/", confirmed),
        "admin list": ("post", "/admin/ingestion/import/", {**chosen, **confirmed}),
    }


WAYS = ["api", "page", "admin", "admin list"]


def delete(client: Client, import_: Import, way: str) -> Any:
    method, address, form = ways(import_)[way]
    return getattr(client, method)(address, form or None)


@pytest.mark.parametrize("way", WAYS)
def test_an_administrator_deletes_and_it_is_written_down(administrator, way):
    import_ = run(HEADER + lines(3) + WRONG)
    assert delete(administrator, import_, way).status_code in (204, 302)
    assert not Import.objects.exists()
    assert len(records()) == 3
    [entry] = AuditEntry.objects.filter(kind="import", target=str(import_.pk))
    assert (entry.action, entry.user_name) == ("deleted", "a-administrator")
    assert entry.channel == way.split()[0]
    assert entry.detail == {
        "key": "file.csv",
        "bucket": import_.bucket,
        "identity": import_.identity,
        "state": "done",
        "error": "",
        "read": 5,
        "written": 3,
        "rejected": 2,
    }


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
@pytest.mark.parametrize("way", WAYS)
def test_others_delete_nothing(log_in, role, way):
    import_ = run(HEADER + lines(1) + WRONG)
    client = log_in(role)
    response = delete(client, import_, way)
    assert response.status_code == 403 or way == "admin list"
    assert Import.objects.get().rejected == 2
    assert "/delete/" not in client.get(f"/imports/{import_.pk}/").content.decode()


@pytest.mark.parametrize("way", WAYS)
def test_a_running_import_is_not_deleted_and_it_is_said_why(administrator, way):
    import_ = start(HEADER + lines(1), Tasks())
    response = delete(administrator, import_, way)
    if way == "api":
        assert response.status_code == 409
        assert json_of(response)["code"] == "import_running"
        assert "Cancel it first" in json_of(response)["detail"]
    else:
        told = administrator.get(response["Location"]).content.decode()
        assert "is running" in told or "left alone: running" in told
    assert Import.objects.exists()
    assert not AuditEntry.objects.filter(action="deleted").exists()


def test_the_page_asks_with_the_numbers(administrator):
    import_ = run(HEADER + lines(3) + WRONG)
    address = f"/imports/{import_.pk}/delete/"
    assert address in administrator.get(f"/imports/{import_.pk}/").content.decode()
    asked = " ".join(administrator.get(address).content.decode().split())
    assert "<b>3 records</b> that it stored <b>stay</b>" in asked
    assert "<b>2 rejected rows</b> and the receipt <b>are deleted</b>" in asked
    assert f"s3://{import_.bucket}/file.csv" in asked
    assert Import.objects.exists()


def test_the_admin_asks_with_the_numbers(administrator):
    import_ = run(HEADER + lines(3) + WRONG)
    for address in (f"/admin/ingestion/import/{import_.pk}/delete/", "/admin/ingestion/import/"):
        form = {"action": "delete_selected", "_selected_action": str(import_.pk), "index": "0"}
        asked = administrator.post(address, form).content.decode()
        assert '<td class="number">3</td>' in asked
        assert '<td class="number">2</td>' in asked
        assert "not imported again" in asked
    assert Import.objects.exists()


def test_what_a_records_origin_leads_to_says_that_it_was_deleted(log_in, administrator):
    import_ = run(HEADER + lines(1))
    [record] = records()
    assert delete(administrator, import_, "page").status_code == 302
    viewer = log_in("viewer")
    page = viewer.get(f"/messages/{record.date}/{record.time}/").content.decode()
    assert f'href="/imports/{import_.pk}/"' in page
    gone = viewer.get(f"/imports/{import_.pk}/")
    assert gone.status_code == 404
    assert "The import of file.csv was deleted" in gone.content.decode()
    assert "a-administrator" not in gone.content.decode()
    known = administrator.get(f"/imports/{import_.pk}/").content.decode()
    assert "by a-administrator" in known
    assert administrator.get(f"/messages/?date={record.date}").status_code == 200
    body = json_of(viewer.get(f"/api/messages/{record.date}/{record.time}/"))
    assert body["origin"]["import"] == str(import_.pk)
    assert viewer.get(f"/api/imports/{import_.pk}/").status_code == 404
    assert administrator.get("/admin/messages_app/message/").status_code == 200


def test_the_audit_trail_tells_of_it_in_the_admin(administrator):
    import_ = run(HEADER + lines(1))
    assert delete(administrator, import_, "api").status_code == 204
    entry = AuditEntry.objects.get(action="deleted")
    page = administrator.get(f"/admin/messages_app/auditentry/{entry.pk}/change/")
    assert "file.csv" in page.content.decode()
    history = administrator.get(f"/admin/ingestion/import/{import_.pk}/history/", follow=True)
    assert history.status_code == 200


def test_an_import_deleted_twice_is_not_there_the_second_time(administrator):
    import_ = run(HEADER + lines(1))
    assert delete(administrator, import_, "api").status_code == 204
    for way in ("api", "page"):
        assert delete(administrator, import_, way).status_code == 404
    assert DeletedImport.objects.count() == 1
