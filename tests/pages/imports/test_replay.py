"""The page on which staff find files without an import, and have them imported."""

import re
from datetime import timedelta

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.models import Import, Replay
from ingestion.running.unannounced import turns
from ingestion.running.unannounced.search import Scope
from tests.ingestion.helpers import HEADER, Tasks, put, put_empty, run
from tests.pages.conftest import LogIn, text_of

pytestmark = pytest.mark.usefixtures("aws")
PAGE = "/imports/replay/"


@pytest.fixture
def staff(log_in: LogIn) -> Client:
    return log_in("ingestion.add_import", "ingestion.view_import")


def look(client: Client, prefix: str = "", **more: str) -> str:
    return text_of(client.get(PAGE, {"prefix": prefix, **more}))


def test_the_list_of_imports_leads_there_for_those_who_may(log_in: LogIn, staff: Client) -> None:
    assert reverse("replay") == PAGE
    assert PAGE in staff.get("/imports/").content.decode()
    staff.logout()


def test_who_may_only_look_is_not_led_there(log_in: LogIn) -> None:
    client = log_in("ingestion.view_import")

    assert PAGE not in client.get("/imports/").content.decode()
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"prefix": ""}).status_code == 403
    assert not Replay.objects.exists()


def test_looking_tells_the_number_and_starts_nothing(staff: Client) -> None:
    run(HEADER, key="in/known.csv")
    for key in ("in/a.csv", "in/b.csv", "out/c.csv"):
        put(HEADER, key=key)

    page = look(staff, "in/")

    assert "2 files without an import" in page
    assert "in/a.csv" in page
    assert "Import 2 files" in page
    assert "out/c.csv" not in page
    assert Import.objects.count() == 1
    assert not Replay.objects.exists()


def test_the_confirmation_starts_what_was_found(staff: Client) -> None:
    for key in ("in/a.csv", "in/b.csv", "out/c.csv"):
        put(HEADER, key=key)

    response = staff.post(PAGE, {"prefix": "in/", "since": ""}, follow=True)

    assert response.redirect_chain[0][0] == "/imports/"
    assert "The listener starts the imports" in text_of(response)
    turns.take_turn(Tasks())
    assert sorted(import_.key for import_ in Import.objects.all()) == ["in/a.csv", "in/b.csv"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind) == ("replayed", "replay")
    assert entry.target == f"s3://{settings.DATA_BUCKET}/in/"


def test_what_is_confirmed_is_what_was_looked_for(staff: Client) -> None:
    put(HEADER, key="in/a b.csv")
    since = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")

    page = look(staff, " in/", since=since) + look(staff, "in/", since=since)

    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    assert ("prefix", "in/") in hidden
    assert ("since", since) in hidden


def test_nothing_found_leaves_nothing_to_confirm(staff: Client) -> None:
    run(HEADER, key="in/known.csv")

    page = look(staff, "in/")

    assert "has an import, or had one that was deleted." in page
    assert 'method="post" action="/imports/replay/"' not in page


def test_a_bucket_that_is_too_large_to_wait_for_is_told(
    staff: Client, settings: LazySettings
) -> None:
    settings.AWS_WEB_SECONDS = 0
    put_empty(f"{number:04}.csv" for number in range(1001))

    page = look(staff)

    assert "At least 1,000 files without an import" in page
    assert "These are the first 20." in page
    assert "Import all that are found" in page


def test_the_page_tells_of_those_on_their_way_and_of_the_sweep(
    staff: Client, settings: LazySettings
) -> None:
    settings.SWEEP_MINUTES = 30
    settings.SWEEP_PREFIX = "swept/"
    turns.arrange_sweep()
    turns.ask_for(Scope("in/"))
    Replay.objects.update(started=1)

    page = text_of(staff.get(PAGE))

    assert "looking below <code>in/</code>: 1 import started so far" in page
    assert "below <code>swept/</code> every 30 minutes" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"prefix": "_sluice/rejects/"}, "Below _sluice/ there are no files to import."),
        ({"prefix": "é" * 1025}, "at most 1024 characters"),
        ({"prefix": "", "since": "yesterday"}, "Give a date and time, such as"),
    ],
)
def test_what_cannot_be_looked_for_is_told(staff: Client, query: dict[str, str], said: str) -> None:
    for method in (staff.get, staff.post):
        response = method(PAGE, query)
        assert response.status_code == 400
        assert said in text_of(response)
    assert not Replay.objects.exists()


def test_a_post_without_a_prefix_starts_nothing(staff: Client) -> None:
    assert staff.post(PAGE).status_code == 200
    assert not Replay.objects.exists()
