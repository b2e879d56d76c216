"""For how long records are kept: said by the API, by a page, and what is refused."""

import pytest
import simplejson
from django.contrib.auth.models import User

from audit.models import AuditEntry
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Retention
from messages_app.store.expiring import retention
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds.climate import CLIMATE, make
from tests.messages_app.retention.days import ago, keep, record_of

pytestmark = pytest.mark.django_db
KINDS = [f"messages_app.{action}_kind" for action in ("view", "add", "change", "delete")]
RECORDS = [f"messages_app.{action}_message" for action in ("view", "add", "change", "delete")]
MESSAGES = "/api/kinds/messages/"


@pytest.fixture
def program(aws):
    return api_client(*KINDS, *RECORDS)


def send(method, path, data):
    return method(path, data=simplejson.dumps(data), content_type="application/json")


def test_a_kind_is_made_with_its_retention_and_tells_it(program):
    made = send(program.post, "/api/kinds/", CLIMATE | {"retention_days": 90})

    assert (made.status_code, made.json()["retention_days"]) == (201, 90)
    assert retention.days_of("climate") == 90
    listed = program.get("/api/kinds/").json()["results"]
    assert {one["name"]: one["retention_days"] for one in listed} == {
        "messages": None,
        "climate": 90,
    }


def test_a_change_makes_no_version_and_stands_in_the_audit_trail(program):
    make()
    changed = send(program.patch, "/api/kinds/climate/", {"retention_days": 30})

    assert (changed.json()["retention_days"], changed.json()["version"]) == (30, 1)
    entry = AuditEntry.objects.first()
    assert (entry.target, entry.detail) == ("climate", {"retention_days": 30})
    again = send(program.patch, "/api/kinds/climate/", {"label": "Rooms"})
    assert again.json()["retention_days"] == 30
    send(program.patch, "/api/kinds/climate/", {"retention_days": None})
    assert program.get("/api/kinds/climate/").json()["retention_days"] is None


def test_of_the_built_in_kind_the_retention_alone_can_be_changed(program):
    assert send(program.patch, MESSAGES, {"retention_days": 30}).json()["retention_days"] == 30
    refused = send(program.patch, MESSAGES, {"retention_days": 20, "label": "Mine"})
    assert (refused.status_code, refused.json()["code"]) == (409, "kind_refused")
    assert retention.days_of("messages") == 30


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "30", 36_501, [30]])
def test_what_is_no_number_of_days_is_refused(program, days):
    refused = send(program.patch, MESSAGES, {"retention_days": days})

    assert refused.status_code == 400
    [fault] = refused.json()["errors"]
    assert (fault["field"], fault["detail"]) == (
        "retention_days",
        "must be a whole number from 1 to 36,500, or null",
    )
    assert not Retention.objects.exists()


def test_who_may_not_delete_records_may_not_let_them_expire(aws):
    program = api_client(*KINDS, *RECORDS[:3])
    assert send(program.patch, MESSAGES, {"retention_days": 30}).status_code == 403
    assert not Retention.objects.exists()


def test_new_records_that_are_too_old_are_refused_each_with_the_reason(program):
    keep(7)
    record = record_of(9)
    body = dict(record.values)

    refused = program.post(
        "/api/messages/",
        simplejson.dumps(body, use_decimal=True),
        content_type="application/json",
    )
    batch = program.post(
        "/api/messages/batch/",
        simplejson.dumps({"messages": [body, dict(record_of(1).values)]}, use_decimal=True),
        content_type="application/json",
    ).json()

    assert (refused.status_code, refused.json()["code"]) == (400, "expired")
    assert batch["receipt"] == {
        **dict.fromkeys(("unchanged", "kept", "replaced"), 0),
        "read": 2,
        "written": 1,
        "rejected": 1,
    }
    [fault] = batch["results"][0]["errors"]
    assert (fault["field"], fault["code"]) == ("date", "expired")


@pytest.fixture
def staff(aws, client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


PAGE = "/kinds/messages/retention/"


def test_the_page_says_what_would_be_deleted_before_it_does_so(staff):
    for days in (9, 9, 8, 1):
        BUILTIN.repository.insert(record_of(days, second=days * 60))
    page = staff.post(PAGE, {"days": "7"})

    assert f"2 records on 2 days before {ago(7)}" in page.content.decode()
    assert not Retention.objects.exists()

    done = staff.post(PAGE, {"days": "7", "confirm": "on"}, follow=True)
    assert "kept for 7 days" in done.content.decode()
    assert retention.days_of("messages") == 7
    assert 'value="7"' in staff.get(PAGE).content.decode()


def test_what_deletes_nothing_is_saved_at_once_and_for_ever_is_nothing(staff):
    staff.post(PAGE, {"days": "30"})
    assert retention.days_of("messages") == 30
    staff.post(PAGE, {"days": ""})
    assert retention.days_of("messages") is None


@pytest.mark.parametrize("text", ["0", "many", "-3", "1e3", "99999"])
def test_the_page_refuses_what_is_no_number_of_days(staff, text):
    page = staff.post(PAGE, {"days": text})

    assert page.status_code == 400
    assert "must be a whole number from 1 to 36,500" in page.content.decode()
    assert not Retention.objects.exists()


def test_a_record_that_is_too_old_is_refused_by_its_form(staff):
    keep(7)
    values = {name: str(value) for name, value in record_of(9).values.items()}

    page = staff.post("/messages/new/", values)

    assert page.status_code == 400
    assert "is older than the 7 days" in page.content.decode()
