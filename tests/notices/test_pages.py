"""The pages of notices: what one is told of, webhooks, and the log."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.models import AuditEntry
from notices.models import MailRule, Notice, Webhook
from notices.sending.signing import secret_of
from tests.notices.helpers import go_on, happen, rested

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def test_somebody_chooses_is_told_and_chooses_otherwise(page, ada, sink):
    page.post("/notices/", {"events": ["import_failed"], "kind": "", "format": "", "how": "daily"})
    rule = MailRule.objects.get()
    assert (rule.user, rule.events, rule.is_digest) == (ada, ["import_failed"], True)
    assert "once a day" in page.get("/notices/").content.decode()
    page.post(f"/notices/{rule.pk}/delete/")
    assert not MailRule.objects.exists()
    assert [one.action for one in AuditEntry.objects.order_by("pk")] == ["created", "deleted"]


def test_nothing_chosen_is_refused_with_a_sentence(page):
    response = page.post("/notices/", {"how": "at_once"})
    assert response.status_code == 400
    assert "Choose what to get notices of." in response.content.decode()


def test_nobody_deletes_the_rule_of_another(page):
    rule = MailRule.objects.create(user=User.objects.create_user("other"), events=["back"])
    assert page.post(f"/notices/{rule.pk}/delete/").status_code == 404
    assert MailRule.objects.exists()


def test_a_test_is_sent_by_mail(page, sink):
    page.post("/notices/test/")
    go_on()
    assert sink.subjects == ["Sluice: a test"]


def test_events_that_one_may_not_see_are_not_offered():
    client = Client()
    client.force_login(User.objects.create_user("nobody"))
    assert "dead letter arrived" not in client.get("/notices/").content.decode()
    assert client.post("/notices/", {"events": ["dead_letter"]}).status_code == 400


def test_a_webhook_is_made_changed_tested_and_deleted(page, receiver):
    data = {"name": "a", "url": receiver.url, "events": ["back"], "how": "at_once", "is_on": "on"}
    made = page.post("/notices/webhooks/new/", data)
    webhook = Webhook.objects.get()
    address = made["Location"]
    assert secret_of(webhook) in page.get(address).content.decode()
    page.post(address, {**data, "name": "b", "events": ["import_done"]})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.events) == ("b", ["import_done"])
    page.post(f"{address}test/")
    go_on()
    assert len(receiver.requests) == 1
    before = secret_of(webhook)
    page.post(f"{address}secret/")
    webhook.refresh_from_db()
    assert secret_of(webhook) != before
    page.post(f"{address}delete/")
    assert not Webhook.objects.exists()


def test_names_of_webhooks_are_their_own(page, webhook, receiver):
    data = {"name": webhook.name, "url": receiver.url, "events": ["back"], "how": "at_once"}
    response = page.post("/notices/webhooks/new/", data)
    assert response.status_code == 400
    assert "Another webhook has this name." in response.content.decode()


def test_a_wrong_address_is_refused(page, settings):
    settings.NOTICE_PRIVATE_ADDRESSES = False
    data = {"name": "a", "url": "http://x/", "events": ["back"], "how": "at_once"}
    response = page.post("/notices/webhooks/new/", data)
    assert response.status_code == 400
    assert "It must be an address such as https://" in response.content.decode()


def test_the_log_says_what_was_answered_and_sends_again(page, receiver, webhook):
    receiver.statuses = [500]
    happen(1)
    go_on()
    log = page.get("/notices/log/?state=waiting").content.decode()
    assert "It answers 500 Internal Server Error." in log
    notice = Notice.objects.get()
    assert 'href="/imports/1/"' in page.get(f"/notices/log/{notice.pk}/").content.decode()
    page.post(f"/notices/log/{notice.pk}/send/")
    rested()
    go_on()
    assert "200 OK" in page.get("/notices/log/?state=sent").content.decode()
    assert page.get("/notices/log/?state=none").status_code == 404
    assert page.get("/notices/log/?cursor=x").status_code == 404


def test_the_log_goes_on_page_by_page(page):
    for number in range(51):
        Notice.objects.create(target="mail", address=f"user-{number}@example.org", is_test=True)
    first = page.get("/notices/log/")
    assert "user-0@" not in first.content.decode()
    older = page.get("/notices/log/", {"cursor": first.context["following"]}).content.decode()
    assert "user-0@" in older
    assert "user-1@" not in older
