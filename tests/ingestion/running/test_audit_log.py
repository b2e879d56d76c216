"""What people do to imports is written into the audit trail, by whatever channel they came."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import AuditEntry
from ingestion.models import Import
from ingestion.running import lifecycle
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LIST = "/api/imports/"


@pytest.fixture
def client() -> Client:
    return api_client("ingestion.add_import", "ingestion.change_import", "ingestion.view_import")


def told() -> list[tuple[str, str, str]]:
    """Door, action and import of each entry."""
    found = AuditEntry.objects.filter(kind="import").order_by("pk")
    return [(entry.channel, entry.action, entry.target) for entry in found]


def test_an_upload_through_the_api(client: Client) -> None:
    file = SimpleUploadedFile("data.csv", (HEADER + lines(1)).encode())
    client.post(LIST, {"file": file}, format="multipart")

    import_ = Import.objects.get()
    assert told() == [("api", "uploaded", str(import_.pk))]
    assert AuditEntry.objects.get().detail == {"key": import_.key}


def test_a_refused_upload_is_not_told(client: Client) -> None:
    client.post(LIST, {"file": SimpleUploadedFile("notes.txt", b"x")}, format="multipart")

    assert told() == []


def test_an_address_that_was_asked_for(client: Client) -> None:
    client.post(f"{LIST}presigned/", {"file_name": "data.csv"}, format="json")

    assert told() == [("api", "announced", str(Import.objects.get().pk))]


def test_what_is_cancelled_and_run_again(client: Client) -> None:
    import_ = start(HEADER + lines(1), Tasks())

    for action in ("cancel", "cancel", "run-again", "run-again"):
        client.post(f"{LIST}{import_.pk}/{action}/")

    assert told() == [("api", "cancelled", str(import_.pk)), ("api", "restarted", str(import_.pk))]
    assert AuditEntry.objects.get(action="restarted").detail["state"] == "cancelled"


def test_what_was_wrong_before_an_import_was_run_again(client: Client) -> None:
    import_ = start(HEADER + lines(1), Tasks())
    lifecycle.fail(import_, "stalled", "Its tasks end without a result.")

    client.post(f"{LIST}{import_.pk}/run-again/")

    detail = AuditEntry.objects.get().detail
    assert (detail["state"], detail["error"]) == ("failed", "stalled")
