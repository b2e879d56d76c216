"""Staff at work, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.aws.provision import provision
from ingestion.dead_letters import queue
from ingestion.models import Import
from ingestion.running.listener import Listener
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.types import as_text
from tests.ingestion.helpers import HEADER, Tasks, lines, put
from tests.messages_app.records import record
from tests.pages.browsing import DESKTOP, Visitors, needs_browser

pytestmark = needs_browser
PASSWORD = "a-long-password-17"


@pytest.fixture
def visitors(browser: Browser, aws: str, live_server: Any) -> Iterator[Visitors]:
    names = ("kim", "robin")
    for name in names:
        User.objects.create_superuser(name, password=PASSWORD)
    made = Visitors(browser, live_server.url, dict.fromkeys(names, PASSWORD), viewport=DESKTOP)
    yield made
    made.close()


def watched(page: Page) -> list[str]:
    """What goes wrong in the page from now on."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    return faults


def fail_five_times(listener: Listener) -> None:
    """The listener takes the event, cannot send the task, and gives it back, until SQS has had
    enough of it."""
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    for _ in range(settings.MAX_DELIVERIES):
        with pytest.raises(ServiceError):
            listener.listen_once()
    assert sqs.receive(url, wait_seconds=0) == []


def test_a_dead_letter_is_looked_into_and_redriven_when_its_cause_is_gone(
    visitors: Visitors, live_server: Any
) -> None:
    put(HEADER + lines(3), "in/stations.csv")
    sqs_client().delete_queue(QueueUrl=sqs.queue_url(settings.CELERY_QUEUE))
    fail_five_times(Listener(CeleryQueue()))
    page = visitors.tab("kim")
    faults = watched(page)

    page.goto(f"{live_server.url}/admin/")
    page.click("#nav-sidebar-apps >> text=Dead letters")
    page.click("table >> text=Import")
    expect(page.locator(".facts")).to_contain_text("s3://sluice-test-data/in/stations.csv")
    expect(page.locator("pre")).to_contain_text('"key": "in/stations.csv"')
    list(provision())
    page.click("button:has-text('Send back')")

    expect(page.locator("main, #main")).to_contain_text("1 dead letter sent back to its queue")
    expect(page.locator("main, #main")).to_contain_text("There are no dead letters")
    assert queue.waiting() == []
    tasks = Tasks()
    Listener(tasks).listen_once()
    tasks.run()
    assert (Import.objects.get().state, Import.objects.get().written) == ("done", 3)
    assert faults == []


def test_of_two_who_change_a_record_the_second_is_told(
    visitors: Visitors, live_server: Any
) -> None:
    import_ = record(1559001600)
    BUILTIN.repository.insert(import_)
    kim, robin = visitors.tab("kim"), visitors.tab("robin")
    faults = [watched(kim), watched(robin)]
    for page in (kim, robin):
        page.goto(f"{live_server.url}/admin/messages_app/message/")
        page.click("#result_list >> text=2019-05-28 00:00:00")

    kim.fill("[name=location]", "Porto")
    kim.click("button:has-text('Save') >> nth=-1")
    expect(kim.locator("#main")).to_contain_text("was changed successfully")
    robin.fill("[name=source]", "cable")
    robin.click("button[name=_save]")

    expect(robin.locator("#main")).to_contain_text("Someone changed this record")
    expect(robin.locator("#main")).to_contain_text("Location is now: Porto")
    expect(robin.locator("[name=source]")).to_have_value("cable")
    now = BUILTIN.repository.get(*import_.key)
    assert now
    assert (now.values["location"], now.values["source"]) == ("Porto", "wireless")

    robin.fill("[name=location]", "Porto")
    robin.click("button[name=_save]")
    expect(robin.locator("#main")).to_contain_text("was changed successfully")
    now = BUILTIN.repository.get(*import_.key)
    assert now
    assert [as_text(now.values[name]) for name in ("location", "source")] == ["Porto", "cable"]
    assert faults == [[], []]


def test_records_are_deleted_from_the_list(visitors: Visitors, live_server: Any) -> None:
    for second in range(3):
        BUILTIN.repository.insert(record(1559001600 + second))
    page = visitors.tab("kim")
    faults = watched(page)

    page.goto(f"{live_server.url}/admin/messages_app/message/")
    page.check("tr:has-text('00:00:01') >> input.action-select")
    page.select_option("select[name=action]", "delete_selected")
    page.click("button:has-text('Run')")
    expect(page.locator("#main")).to_contain_text("Delete this record?")
    page.click("button:has-text('Delete')")

    expect(page.locator("#main")).to_contain_text("1 record was deleted")
    expect(page.locator("#result_list tbody")).to_have_count(2)
    assert faults == []


def test_a_token_is_made_and_copied_and_revoked(visitors: Visitors, live_server: Any) -> None:
    page = visitors.tab("kim")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    faults = watched(page)

    page.goto(f"{live_server.url}/tokens/")
    page.fill("[name=name]", "gate controller")
    page.click("text=Make the token")
    secret = page.input_value("#new-token")
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    page.goto(f"{live_server.url}/tokens/")
    page.click("summary:has-text('Revoke')")
    page.click("text=Yes, revoke")

    expect(page.locator("#main")).to_contain_text("The token was revoked")
    assert len(secret) == 64
    assert copied == secret
    assert faults == []
