"""Notices go out by mail and webhook, once and again, until they are taken or given up."""

import json
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from common.tracing import request_id
from notices import choosing, delivering, turns
from notices.logged import forgetting
from notices.models import Event, MailRule, Notice, Occurrence, Target, Webhook
from notices.sending import addresses, pinned
from notices.sending.outcome import NotSent
from notices.sending.signing import secret_of
from notices.spreading import spread
from tests.notices.helpers import go_on, happen, rested
from tests.support.processes import ROOT

pytestmark = pytest.mark.django_db


def the_notice() -> Notice:
    return Notice.objects.get()


def test_a_webhook_gets_each_event_once_signed_so_that_the_readme_knows_it(receiver, webhook):
    happen(1, payload={"receipt": {"read": 3}})
    happen(2, Event.IMPORT_DONE)
    go_on()
    go_on()
    bodies = [json.loads(body) for _, body in receiver.requests]
    assert [[one["event"] for one in body["items"]] for body in bodies] == [
        ["import_failed"],
        ["import_done"],
    ]
    [item] = bodies[0]["items"]
    assert item["link"] == "https://sluice.example.org/imports/1/"
    assert item["receipt"] == {"read": 3}
    assert receiver.ids == [body["id"] for body in bodies]

    names: dict = {}
    exec(_lines_of_readme(), names)  # noqa: S102 - as people copy it
    is_from_sluice = names["is_from_sluice"]
    headers, body = receiver.requests[0]
    assert is_from_sluice(secret_of(webhook), headers, body)
    assert not is_from_sluice("another", headers, body)
    assert not is_from_sluice(secret_of(webhook), headers, body + b" ")
    late = {**headers, "Sluice-Time": str(int(headers["Sluice-Time"]) - 600)}
    assert not is_from_sluice(secret_of(webhook), late, body)


def _lines_of_readme() -> str:
    text = (ROOT / "README.md").read_text()
    [code] = [one for one in re.findall("```python\n(.*?)```", text, re.S) if "Sluice-Time" in one]
    assert code.count("\n") <= 10
    return code


def test_an_answer_500_is_tried_again_under_the_same_id_with_growing_pauses(receiver, webhook):
    receiver.statuses = [500, 503]
    happen()
    pauses = []
    for _ in range(3):
        go_on()
        pauses.append(the_notice().due_at - timezone.now())
        rested()
    notice = the_notice()
    assert (notice.state, notice.tries, notice.answer) == ("sent", 3, "200 OK")
    assert len(set(receiver.ids)) == 1
    assert receiver.requests[0][1] == receiver.requests[2][1]
    assert timedelta(seconds=50) < pauses[0] < timedelta(seconds=70) < pauses[1]
    assert Target.objects.get().failures == 0


def test_what_is_never_taken_is_given_up_and_says_so(receiver, webhook):
    receiver.statuses = [500] * 20
    happen()
    for _ in range(10):
        go_on()
        rested()
    notice = the_notice()
    assert (notice.state, notice.tries) == ("given_up", delivering.MAX_TRIES)
    assert notice.answer == "It answers 500 Internal Server Error."
    assert notice.next_try is None
    assert len(receiver.requests) == delivering.MAX_TRIES


def test_redirects_are_not_followed(receiver, webhook):
    receiver.statuses, receiver.location = [302], receiver.url
    happen()
    go_on()
    assert len(receiver.requests) == 1
    assert the_notice().answer == "It answers 302 Found; redirects are not followed."


def test_a_receiver_that_hangs_is_left_when_the_time_is_up(receiver, webhook, settings):
    settings.NOTICE_SECONDS = 1
    receiver.hangs = threading.Event()
    happen(1)
    happen(2, Event.IMPORT_DONE)
    go_on(f"webhook {webhook.pk}")
    receiver.hangs.set()
    # One of them waited; the other was not even tried.
    assert len(receiver.requests) == 1
    assert Notice.objects.filter(tries=1, answer__startswith="No answer").count() == 1


def test_after_a_failure_a_target_rests_and_no_worker_is_asked(receiver, webhook, aws):
    receiver.statuses = [500]
    happen(1)
    go_on()
    happen(2)
    spread()
    turns.take_turn()
    assert Target.objects.get().asked_until is None
    rested()
    Notice.objects.update(due_at=timezone.now())
    turns.take_turn()
    assert Target.objects.get().asked_until is not None


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:1/", "http://localhost:1/", "http://10.0.0.1/", "http://[::1]/"),
        *(
            "http://169.254.169.254/",
            "http://192.168.1.1/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
        ),
    ],
)
def test_private_addresses_are_refused(webhook, settings, url):
    settings.NOTICE_PRIVATE_ADDRESSES = False
    Webhook.objects.update(url=url)
    happen()
    go_on()
    notice = the_notice()
    assert notice.state == "waiting"
    assert "private network" in notice.answer


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        *((one, False) for one in ("::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::")),
        *((one, False) for one in ("fe80::1%eth0", "fd00::1", "224.0.0.1", "ff02::1")),
    ],
)
def test_which_addresses_are_of_the_internet(address, is_public):
    assert addresses.is_public(address) == is_public


def test_what_is_connected_to_is_what_was_looked_at(receiver, webhook):
    """The name that the webhook has leads nowhere; the address does."""
    host, _, port = receiver.url.partition("//")[2].partition("/")[0].partition(":")
    connection = pinned.Pinned("nowhere.invalid", int(port), [host], is_tls=False)
    connection.request("POST", "/", b"{}", {"Sluice-Notice-Id": "1"})
    assert connection.getresponse().status == 200
    assert receiver.requests[0][0]["Host"] == f"nowhere.invalid:{port}"
    connection.close()


def test_a_mail_has_the_id_of_its_notice_and_its_links(ada, sink):
    MailRule.objects.create(user=ada, events=["import_failed"])
    sink.answers = ["451 later"]
    happen()
    go_on()
    assert sink.mails == []
    assert the_notice().answer == "The mail server answers 451 later"
    rested()
    go_on()
    [mail] = sink.mails
    notice = the_notice()
    assert (notice.state, notice.tries) == ("sent", 2)
    assert mail["Sluice-Notice-Id"] == str(notice.pk)
    assert str(notice.pk) in mail["Message-ID"]
    assert mail["To"] == "ada@example.org"
    assert "https://sluice.example.org/notices/" in mail.get_content()


def test_an_address_that_is_refused_keeps_no_other_mail_waiting(ada, sink, django_user_model):
    bert = django_user_model.objects.create_superuser("bert", "bert@example.org")
    sink.refused = {"ada@example.org"}
    for user in (ada, bert):
        MailRule.objects.create(user=user, events=["import_failed"])
    happen()
    go_on()
    assert [mail["To"] for mail in sink.mails] == ["bert@example.org"]
    refused = Notice.objects.get(user=ada)
    assert "550 nobody of this name" in refused.answer


def test_a_mail_server_that_is_away_is_told(ada, sink, settings):
    settings.EMAIL_PORT = 1
    MailRule.objects.create(user=ada, events=["import_failed"])
    happen()
    go_on()
    assert the_notice().answer.startswith("The mail server cannot be reached or used: ")


def test_where_no_mail_is_sent_the_log_says_so(ada, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    MailRule.objects.create(user=ada, events=["import_failed"])
    happen()
    go_on()
    assert the_notice().answer == "Sluice cannot send mail: set EMAIL_URL."


def test_two_workers_do_not_send_the_same(receiver, webhook):
    happen()
    spread()
    Notice.objects.update(due_at=timezone.now())
    target = f"webhook {webhook.pk}"
    assert delivering.take(target) is not None
    delivering.deliver(target)
    assert receiver.requests == []


def test_what_a_worker_left_behind_is_sent_by_another(receiver, webhook):
    happen()
    spread()
    Notice.objects.update(due_at=timezone.now())
    target = f"webhook {webhook.pk}"
    delivering.take(target)
    Notice.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    delivering.deliver(target)
    assert len(receiver.requests) == 1


def test_what_was_given_up_can_be_sent_again(receiver, webhook, actor):
    receiver.statuses = [500] * delivering.MAX_TRIES
    happen()
    for _ in range(delivering.MAX_TRIES):
        go_on()
        rested()
    choosing.send_again(the_notice(), actor)
    go_on()
    assert the_notice().state == "sent"
    assert len(set(receiver.ids)) == 1


def test_a_test_goes_to_a_webhook_that_rests_too(receiver, webhook, actor):
    receiver.statuses = [500]
    happen()
    go_on()
    choosing.test_webhook(webhook, actor)
    assert Target.objects.get().rests_until is None
    go_on()
    assert sum(json.loads(body)["is_test"] for _, body in receiver.requests) == 1


def test_what_waits_for_too_long_is_given_up(webhook):
    happen()
    spread()
    Notice.objects.update(due_at=timezone.now() - timedelta(days=4))
    turns.look_after()
    assert the_notice().state == "given_up"


def test_the_log_has_an_end(webhook, receiver, settings):
    happen(1)
    go_on()
    long_ago = timezone.now() - timedelta(days=settings.NOTICE_DAYS + 1)
    Notice.objects.update(created_at=long_ago)
    Occurrence.objects.update(at=long_ago)
    happen(2)
    spread()
    forgetting.forget()
    assert the_notice().items[0]["path"] == "/imports/2/"
    assert Occurrence.objects.get().key == "import_failed 2"


def test_a_name_without_an_address_is_told():
    with pytest.raises(NotSent, match=r"nowhere\.invalid has no address"):
        addresses.resolved("nowhere.invalid", 443)


def test_mails_are_kept_in_a_folder_where_there_is_no_server(ada, settings, tmp_path, client):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    MailRule.objects.create(user=ada, events=["import_failed"])
    happen()
    go_on()
    assert len(list(Path(tmp_path).iterdir())) == 1
    client.force_login(ada)
    page = client.get("/notices/mails/").content.decode()
    assert "file-1.csv failed" in page
    assert 'href="https://sluice.example.org/imports/1/"' in page


def test_lines_in_the_log_name_the_imports_that_a_notice_is_about(receiver, webhook, caplog):
    caplog.set_level("INFO")
    happen(1, payload={"import": "a"})
    happen(2, payload={"import": "b"})
    happen(3, Event.DEAD_LETTER)
    receiver.statuses = [500]
    go_on()
    rested()
    go_on()
    told = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
    assert {(one["event"], *one.get("imports", ())) for one in told} == {
        ("notice not sent", "a", "b"),
        ("notice sent", "a", "b"),
        ("notice sent",),
    }


def test_what_somebody_has_sent_is_logged_in_their_name(receiver, webhook, actor, caplog):
    caplog.set_level("INFO")
    with request_id.bound("asked"):
        choosing.test_webhook(webhook, actor)
    go_on()
    happen()
    go_on()
    told = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
    assert [one.get("request_id") for one in told] == ["asked", None]
