"""What people do to imports is written into the audit trail, by whatever channel they came."""

from datetime import UTC, datetime

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.actor import Actor
from audit.models import AuditEntry
from ingestion.dead_letters.content import DeadLetter
from ingestion.models import Import
from ingestion.running import audit_log, lifecycle
from ingestion.running.unannounced.search import Scope
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LIST = "/api/imports/"
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


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


SOMEBODY = Actor.from_queue("somebody")


def test_of_a_deleted_import_only_what_happened_to_its_rows_is_told() -> None:
    import_ = Import(bucket="b", key="a.csv", identity="v1", state="failed", read=2, rejected=2)
    audit_log.deleted(SOMEBODY, import_)

    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.target) == ("deleted", str(import_.pk))
    ended = {"state": "failed", "error": "", "read": 2, "rejected": 2}
    assert entry.detail == {"key": "a.csv", "bucket": "b", "identity": "v1", **ended}


@pytest.mark.parametrize(("since", "told"), [(None, ""), (MOMENT, "2026-01-02T00:00:00+00:00")])
def test_a_replay_is_told_with_its_part_of_the_bucket(since: datetime | None, told: str) -> None:
    audit_log.log_replay(SOMEBODY, Scope("in/", since))

    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.kind) == ("replayed", "replay")
    assert entry.target == f"s3://{configured.DATA_BUCKET}/in/"
    assert entry.detail == {"since": told}


@pytest.mark.parametrize("import_id", ["", "an-import"])
def test_a_dead_letter_is_told_under_its_import_if_it_has_one(import_id: str) -> None:
    letter = DeadLetter("a-letter", "a-queue", "", {}, 1, None, None, import_id=import_id)
    audit_log.log_dead_letter(SOMEBODY, audit_log.REDROVE, letter)

    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.target) == ("sent back", import_id or "a-letter")
    assert entry.detail == {"letter": "a-letter", "queue": "a-queue"}
