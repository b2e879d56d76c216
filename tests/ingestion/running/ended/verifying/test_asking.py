"""Verifications that people, programs and operators ask for."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from audit.models import AuditEntry
from ingestion.models import Import
from tests.ingestion.helpers import HEADER, Tasks, lines, lose, records, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def pages() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def told(api: APIClient, import_: Import) -> Any:
    return api.get(f"/api/imports/{import_.pk}/").json()["verification"]


def finish(import_: Import) -> None:
    tasks = Tasks()
    tasks.verify(str(import_.pk))
    tasks.run()


def test_the_api_begins_one_and_tells_what_it_found(api: APIClient) -> None:
    import_ = run(HEADER + lines(3))
    assert told(api, import_) is None
    lose(records()[:1])
    begun = api.post(f"/api/imports/{import_.pk}/verify/")
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    again = api.post(f"/api/imports/{import_.pk}/verify/")
    assert (again.status_code, again.json()["code"]) == (409, "verifying")
    finish(import_)
    found = told(api, import_)
    assert (found["state"], found["is_equal"], found["requested_by"]) == ("done", False, "admin")
    assert (found["counts"]["gone"], found["counts"]["stands"]) == (1, 2)
    assert found["lines"] == [
        {"line": 2, "date": "2019-05-28", "time": "10:40:00", "code": "gone", "by": None}
    ]
    assert AuditEntry.objects.filter(action="verified").count() == 1


def test_the_api_stops_one(api: APIClient) -> None:
    import_ = run(HEADER + lines(3))
    api.post(f"/api/imports/{import_.pk}/verify/")
    assert api.post(f"/api/imports/{import_.pk}/cancel/").status_code == 200
    assert told(api, import_)["state"] == "cancelled"
    assert Import.objects.get(pk=import_.pk).state == "done"
    assert api.post(f"/api/imports/{import_.pk}/cancel/").status_code == 409


def test_an_imports_page_begins_one_and_shows_what_it_found(pages: Client) -> None:
    import_ = run(HEADER + lines(3))
    assert "Verify</button>" in pages.get(import_.get_absolute_url()).content.decode()
    begun = pages.post(reverse("import-verify", args=[import_.pk]), follow=True)
    page = begun.content.decode()
    assert "is being verified" in page
    assert "Verify</button>" not in page
    finish(import_)
    page = pages.get(import_.get_absolute_url()).content.decode()
    assert "The table has what the receipt says: 3 rows as imported." in " ".join(page.split())
    lose(records()[:2])
    pages.post(reverse("import-verify", args=[import_.pk]))
    finish(import_)
    page = " ".join(pages.get(import_.get_absolute_url()).content.decode().split())
    assert "2 lines differ from the receipt; 2 gone. 1 as imported." in page
    assert "Its record is gone." in page


def test_a_page_says_why_an_import_cannot_be_verified(pages: Client) -> None:
    import_ = run(HEADER + lines(1))
    Import.objects.filter(pk=import_.pk).update(version_id="", key="elsewhere.csv")
    response = pages.post(reverse("import-verify", args=[import_.pk]), follow=True)
    assert "is not in the bucket any more" in response.content.decode()


def test_the_command_prints_what_differs_and_ends_with_1(capsys: Any) -> None:
    import_ = run(HEADER + lines(3))
    call_command("verify", str(import_.pk))
    assert "The table has what the receipt says: 3 read, 3 stands." in capsys.readouterr().out
    lose(records()[1:2])
    with pytest.raises(CommandError) as failed:
        call_command("verify", str(import_.pk))
    assert failed.value.returncode == 1
    assert "The table differs from the receipt" in str(failed.value)
    assert "line 3: 2019-05-28 10:40:01: its record is gone" in capsys.readouterr().out


def test_the_command_says_that_there_is_no_such_import() -> None:
    with pytest.raises(CommandError, match="This import does not exist"):
        call_command("verify", "3e17e4f0-0b3c-4a2e-9d3a-0f6d3c0e0000")
