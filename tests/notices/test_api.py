"""The API of notices: one's own rules, webhooks, and the log."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from audit.models import AuditEntry
from notices.models import MailRule, Notice, Webhook
from notices.sending.signing import secret_of
from tests.notices.helpers import go_on, happen

pytestmark = pytest.mark.django_db
JSON = "application/json"
RULE = {"events": ["import_failed", "import_held"], "kind": "climate", "is_digest": True}


@pytest.fixture
def api(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def test_somebody_has_rules_of_their_own(api, ada):
    made = api.post("/api/mail-rules/", RULE, JSON)
    assert made.status_code == 201
    assert made.json() == {"id": made.json()["id"], "format": "", **RULE}
    changed = api.patch(made["Location"], {"format": "Plant A"}, JSON).json()
    assert (changed["format"], changed["kind"]) == ("Plant A", "climate")
    assert api.get("/api/mail-rules/").json()["results"] == [changed]

    other = Client()
    other.force_login(User.objects.create_user("other"))
    assert other.get("/api/mail-rules/").json()["results"] == []
    assert other.delete(made["Location"]).status_code == 404

    assert api.delete(made["Location"]).status_code == 204
    assert not MailRule.objects.exists()
    actions = AuditEntry.objects.filter(kind="mail rule").order_by("pk")
    assert [one.action for one in actions] == ["created", "changed", "deleted"]
    assert actions[1].detail == {"values": {"format": ["", "Plant A"]}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_digest": 0},
        {"events": []},
        {"events": ["no"]},
        {"events": ["back"], "more": 1},
        {"kind": "x" * 64},
    ],
)
def test_a_wrong_rule_is_refused(api, wrong):
    assert api.post("/api/mail-rules/", {**RULE, **wrong}, JSON).status_code == 400


def test_a_webhook_is_made_with_a_secret_that_can_be_renewed(api, settings):
    settings.NOTICE_PRIVATE_ADDRESSES = False
    body = {"name": "a", "url": "https://example.org/x", "events": ["back"]}
    made = api.post("/api/webhooks/", body, JSON)
    assert made.status_code == 201
    assert made.json()["secret"] == secret_of(Webhook.objects.get())
    assert "secret" not in api.get(made["Location"]).json()
    renewed = api.post(f"{made['Location']}secret/").json()["secret"]
    assert renewed != made.json()["secret"]
    assert renewed == secret_of(Webhook.objects.get())

    [fault] = api.post("/api/webhooks/", body, JSON).json()["errors"]
    assert (fault["field"], fault["code"]) == ("name", "taken")
    assert "secret" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "https://a b/", "x", 7),
        *("https://user:word@example.org/", "https://example.org/#x", "https://example.org\n/"),
    ],
)
def test_an_address_that_is_none_is_refused(api, settings, url):
    settings.NOTICE_PRIVATE_ADDRESSES = False
    response = api.post("/api/webhooks/", {"name": "a", "url": url, "events": ["back"]}, JSON)
    assert [one["field"] for one in response.json()["errors"]] == ["url"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, 7, None])
def test_a_name_that_is_none_is_refused(api, name):
    body = {"name": name, "url": "https://example.org/", "events": ["back"]}
    [fault] = api.post("/api/webhooks/", body, JSON).json()["errors"]
    assert fault["field"] == "name"


def test_the_log_tells_what_went_where(api, receiver, webhook):
    receiver.statuses = [500]
    happen(1)
    go_on()
    [one] = api.get("/api/notices/?state=waiting").json()["results"]
    assert one["to"] == receiver.url
    assert one["links"] == ["https://sluice.example.org/imports/1/"]
    assert one["answer"] == "It answers 500 Internal Server Error."
    assert one["next_try"] is not None
    assert api.post(f"/api/notices/{one['id']}/send/").status_code == 202
    go_on()
    assert api.get(f"/api/notices/{one['id']}/").json()["state"] == "sent"
    assert AuditEntry.objects.filter(kind="notice", action="sent again").exists()


def test_the_log_has_pages(api, webhook):
    for number in range(3):
        Notice.objects.create(target="mail", address=str(number), is_test=True)
    first = api.get("/api/notices/?page_size=2").json()
    second = api.get(first["next"]).json()
    shown = [one["to"] for page in (first, second) for one in page["results"]]
    assert (shown, second["next"]) == (["2", "1", "0"], None)
    assert api.get("/api/notices/?cursor=made-up").status_code == 404


@pytest.mark.parametrize("path", ["notices", "webhooks"])
def test_who_may_not_is_refused(path):
    client, viewer = Client(), User.objects.create_user("viewer")
    viewer.user_permissions.add(Permission.objects.get(codename="view_import"))
    client.force_login(viewer)
    assert client.get(f"/api/{path}/").status_code == 403


@pytest.mark.parametrize("path", ["notices", "webhooks", "mail-rules"])
def test_it_is_shown_in_a_browser(api, webhook, path):
    assert api.get(f"/api/{path}/", HTTP_ACCEPT="text/html").status_code == 200
