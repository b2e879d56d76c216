"""The page *Inbox*: what came in by minute, method and outcome."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ingestion.running.inbox import account
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.inbox.models import HandledMessage, InboxCount
from tests.ingestion.producer import post, send
from tests.pages.conftest import LogIn, text_of

pytestmark = pytest.mark.django_db
VIEW = "ingestion.view_import"


def count(minutes_ago: int, method: str = "POST", outcome: str = "written", count: int = 1) -> None:
    minute = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes_ago)
    InboxCount.objects.create(minute=minute, method=method, outcome=outcome, count=count)


def test_it_tells_what_came_in(log_in: LogIn, aws: str, settings: object) -> None:
    settings.POLL_SECONDS = 0  # type: ignore[attr-defined]
    client = log_in(VIEW)
    assert "No messages in the last" in text_of(client.get(reverse("inbox")))
    send("POST", post())
    send("POST", post())
    send("PATCH", {})
    InboxListener().listen_once()

    page = text_of(client.get(reverse("inbox")))

    assert "Written 1 · Unchanged 1" in " ".join(page.split()) or "Unchanged 1 · Written 1" in page
    assert "PATCH" in page
    assert "Refused 1" in page


def test_older_minutes_are_on_further_pages(log_in: LogIn) -> None:
    client = log_in(VIEW)
    for ago in range(1, 121):
        count(ago, method=f"M{ago}")
    address, seen = reverse("inbox"), 0
    for _ in range(3):
        response = client.get(address)
        seen += len(response.context["rows"])
        address = f"{reverse('inbox')}?before={response.context['older'].replace('+', '%2B')}"

    assert seen == 120
    assert address.endswith("?before=")


@pytest.mark.parametrize("before", ["yesterday", "2026-01-01T00:00:00", "9999999999"])
def test_a_page_that_cannot_be_is_not_found(log_in: LogIn, before: str) -> None:
    assert log_in(VIEW).get(reverse("inbox"), {"before": before}).status_code == 404


def test_what_is_old_is_forgotten() -> None:
    count(8 * 24 * 60)
    count(6 * 24 * 60)
    for id_, days in (("old", 2), ("new", 0)):
        HandledMessage.objects.create(pk=id_)
        HandledMessage.objects.filter(pk=id_).update(at=timezone.now() - timedelta(days=days))

    account.forget()

    assert InboxCount.objects.count() == 1
    assert [one.pk for one in HandledMessage.objects.all()] == ["new"]
