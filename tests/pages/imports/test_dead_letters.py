"""The page of the dead letters."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.aws.provision import provision
from ingestion.dead_letters import causes, queue
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.listener import Listener
from ingestion.running.tasks import CeleryQueue
from messages_app.schema.record import QueueOrigin
from tests.ingestion.helpers import HEADER, put
from tests.ingestion.letters import dead_import, inbox, put_dead
from tests.ingestion.producer import by_time, post, records, send
from tests.pages.conftest import LogIn, text_of

pytestmark = pytest.mark.usefixtures("aws")
STAFF = ("ingestion.change_import", "ingestion.delete_import", "ingestion.view_import")


def test_it_lists_each_letter_with_its_import(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    import_ = dead_import("in/stations.csv")

    response = client.get(reverse("dead-letters"))

    assert "stations.csv" in text_of(response)
    assert import_.get_absolute_url() in response.content.decode()


def test_it_says_when_there_are_none(log_in: LogIn) -> None:
    assert "There are no dead letters" in text_of(log_in(*STAFF).get(reverse("dead-letters")))


def test_chosen_letters_are_sent_back(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    import_ = dead_import()
    (letter,) = queue.waiting()

    response = client.post(reverse("dead-letters-redrive"), {"letter": letter.id}, follow=True)

    assert "1 dead letter sent back to its queue" in text_of(response)
    import_.refresh_from_db()
    assert import_.state == "planning"


def test_discarding_needs_the_permission_to_delete(log_in: LogIn) -> None:
    client = log_in("ingestion.change_import")
    dead_import()
    (letter,) = queue.waiting()

    response = client.post(reverse("dead-letters-discard"), {"letter": letter.id})

    assert response.status_code == 403
    assert len(queue.waiting()) == 1


def test_choosing_nothing_does_nothing(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    dead_import()

    response = client.post(reverse("dead-letters-discard"), follow=True)

    assert "Select at least one dead letter" in text_of(response)
    assert len(queue.waiting()) == 1


def test_discarding_asks_first(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    dead_import("in/stations.csv")
    dead_import("in/other.csv")
    letter, other = queue.waiting()

    asked = client.post(reverse("dead-letters-discard"), {"letter": letter.id})
    assert letter.id in text_of(asked)
    assert other.id not in text_of(asked)
    assert len(queue.waiting()) == 2
    client.post(reverse("dead-letters-discard"), {"letter": letter.id, "confirmed": "yes"})

    assert [one.id for one in queue.waiting()] == [other.id]
    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.action, entry.kind) == ("kim", "discarded", "dead letter")
    assert entry.detail["letter"] == letter.id


def test_all_are_sent_back_at_once_and_it_is_written_down(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    dead_import()
    put_dead(settings.MESSAGE_INBOX_QUEUE, GOOD, "POST")

    response = client.post(reverse("dead-letters-redrive"), {"all": "1"}, follow=True)

    assert "2 dead letters sent back" in text_of(response)
    assert queue.waiting() == []
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["sent back"] * 2


def test_each_letter_tells_why_it_failed(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    dead_import()
    put_dead(settings.BUCKET_EVENTS_QUEUE, "hello")
    put_dead(settings.MESSAGE_INBOX_QUEUE, "{}", "PATCH")

    page = text_of(client.get(reverse("dead-letters")))

    assert "Gave up." in page
    assert "It is not an event notification of S3." in page
    assert "its method is “PATCH”" in page


def test_an_event_of_another_kind_is_named(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    event = {"source": "aws.s3", "detail-type": "Object Deleted", "detail": {"reason": "x"}}
    wrapped = {"Type": "Notification", "TopicArn": "arn:t", "Message": json.dumps(event)}
    letter = put_dead(settings.BUCKET_EVENTS_QUEUE, json.dumps(wrapped))

    listed = text_of(client.get(reverse("dead-letters")))
    page = text_of(client.get(reverse("dead-letter", args=[letter])))

    assert "It is an event &#x27;Object Deleted&#x27; of &#x27;aws.s3&#x27;" in listed
    assert "&quot;detail-type&quot;: &quot;Object Deleted&quot;" in page


def test_a_letter_has_a_page_with_all_that_it_says(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    import_ = dead_import()
    (letter,) = queue.waiting()

    page = text_of(client.get(reverse("dead-letter", args=[letter.id])))

    assert "ingestion.plan_import" in page
    assert import_.get_absolute_url() in page
    assert "Gave up." in page


def test_a_letter_that_is_gone_leads_back_to_the_others(log_in: LogIn) -> None:
    client = log_in(*STAFF)

    response = client.get(reverse("dead-letter", args=["none"]), follow=True)

    assert "This dead letter is not in the queue now" in text_of(response)


MENDER = (*STAFF, "messages_app.add_message")
GOOD = json.dumps(post())


def mend(client: Client, letter: str, method: str, body: str) -> Any:
    url = reverse("dead-letter-resend", args=[letter])
    return client.post(url, {"method": method, "body": body}, follow=True)


def test_a_message_of_the_inbox_is_mended_and_sent_again(log_in: LogIn) -> None:
    client = log_in(*MENDER)
    letter = put_dead(settings.MESSAGE_INBOX_QUEUE, '{"Itm": {}}', "POST")
    assert "Itm" in text_of(client.get(reverse("dead-letter", args=[letter])))

    response = mend(client, letter, "POST", GOOD)

    assert "Your changed message was sent to the inbox" in text_of(response)
    assert inbox() == [("POST", GOOD)]
    assert queue.waiting() == []
    assert AuditEntry.objects.get().action == "mended"


def test_a_message_that_is_still_wrong_is_not_sent(log_in: LogIn) -> None:
    client = log_in(*MENDER)
    letter = put_dead(settings.MESSAGE_INBOX_QUEUE, "{}", "POST")

    response = mend(client, letter, "POST", '{"still": "wrong"}')

    assert response.status_code == 400
    assert "Refused: TableName is missing" in text_of(response)
    assert "still" in text_of(response)
    assert inbox() == []


def test_what_the_inbox_refused_says_why_and_is_done_when_it_was_mended(
    log_in: LogIn, settings: LazySettings
) -> None:
    settings.POLL_SECONDS = 0
    client, listener = log_in(*MENDER), InboxListener()
    send("POST", post(source=""), Producer="station-7")
    listener.listen_once()
    (letter,) = queue.waiting()
    assert "Refused: source must not be empty." in text_of(client.get(reverse("dead-letters")))
    page = text_of(client.get(reverse("dead-letter", args=[letter.id])))
    assert "Refused: source must not be empty." in page

    mend(client, letter.id, "POST", json.dumps(post(source="wired")))
    listener.listen_once()

    assert by_time("source") == {"10:55:09": "wired"}
    assert queue.waiting() == []


def test_a_letter_that_was_sent_back_as_it_was_writes_once(
    log_in: LogIn, settings: LazySettings
) -> None:
    """It may have been written before it became a letter, and edited since."""
    settings.POLL_SECONDS = 0
    client, listener = log_in(*STAFF), InboxListener()
    letter = put_dead(settings.MESSAGE_INBOX_QUEUE, GOOD, "POST")
    client.post(reverse("dead-letters-redrive"), {"letter": letter})
    listener.listen_once()
    (record,) = records()
    assert isinstance(record.origin, QueueOrigin)
    assert record.origin.message_id == letter


def test_nobody_has_the_inbox_do_what_they_may_not_do(log_in: LogIn) -> None:
    client = log_in(*MENDER)
    letter = put_dead(settings.MESSAGE_INBOX_QUEUE, "{}", "POST")

    response = mend(client, letter, "DELETE", '{"Key": {"date": {"S": "2019-05-28"}}}')

    assert "needs the permission to delete messages" in text_of(response)
    assert inbox() == []


@pytest.mark.parametrize("name", ["dead-letter", "dead-letter-resend", "dead-letters-redrive"])
def test_who_may_not_change_imports_reaches_no_letter(name: str, log_in: LogIn) -> None:
    client = log_in("ingestion.view_import", *MENDER[1:])
    letter = put_dead(settings.MESSAGE_INBOX_QUEUE, "{}", "POST")
    url = reverse(name, args=[letter] if name != "dead-letters-redrive" else [])
    sent = {"method": "POST", "body": GOOD, "letter": letter}

    response = client.get(url) if name == "dead-letter" else client.post(url, sent)

    assert response.status_code == 403
    assert inbox() == []


def test_a_failed_import_leads_to_the_letters(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    import_ = dead_import()

    assert reverse("dead-letters") in client.get(import_.get_absolute_url()).content.decode()


@pytest.mark.parametrize("size", ["1e999", "9" * 40])
def test_poisoned_letters_are_listed_shown_and_discarded(log_in: LogIn, size: str) -> None:
    client = log_in(*STAFF)
    described = f'{{"bucket": {{"name": "b"}}, "object": {{"key": "a.csv", "size": {size}}}}}'
    body = f'{{"Records": [{{"eventName": "ObjectCreated:Put", "s3": {described}}}]}}'
    letter = put_dead(settings.BUCKET_EVENTS_QUEUE, body)

    assert "The size is not a number of bytes." in text_of(client.get(reverse("dead-letters")))
    assert "a.csv" in text_of(client.get(reverse("dead-letter", args=[letter])))
    client.post(reverse("dead-letters-discard"), {"letter": letter, "confirmed": "yes"})

    assert not queue.waiting()


def test_an_event_with_thousands_of_objects_is_a_short_page(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    one = '{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"a.csv"}}}'
    letter = put_dead(settings.BUCKET_EVENTS_QUEUE, f'{{"Records":[{",".join([one] * 2500)}]}}')

    listed = client.get(reverse("dead-letters"))
    shown = client.get(reverse("dead-letter", args=[letter]))

    assert "and 2499 more" in text_of(listed)
    assert len(listed.content) < 50_000
    assert text_of(shown).count("s3://b/a.csv") <= 101


def test_all_are_sent_back_but_those_that_cannot_be_read(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    import_ = dead_import()
    put_dead(settings.MESSAGE_INBOX_QUEUE, "hello")
    put_dead(settings.CELERY_QUEUE, "no task")

    page = text_of(client.get(reverse("dead-letters")))
    client.post(reverse("dead-letters-redrive"), {"all": "1"})

    readable, unreadable = page.split("<h3>Not readable</h3>")
    assert (readable.count('name="letter"'), unreadable.count('name="letter"')) == (1, 2)
    assert "Send all readable ones back" in unreadable
    import_.refresh_from_db()
    assert import_.state == "planning"
    assert sorted(one.body for one in queue.waiting()) == ["hello", "no task"]


def test_the_page_tells_why_the_event_of_a_file_failed(log_in: LogIn) -> None:
    put(HEADER, "in/stations.csv")
    client = log_in(*STAFF)
    sqs_client().delete_queue(QueueUrl=sqs.queue_url(settings.CELERY_QUEUE))
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    for _ in range(settings.MAX_DELIVERIES):
        with pytest.raises(ServiceError):
            Listener(CeleryQueue()).listen_once()
    assert sqs.receive(url, wait_seconds=0) == []
    list(provision())

    page = text_of(client.get(reverse("dead-letters")))

    assert "SQS could not find the queue sluice-celery" in page
    assert "log" not in page.partition("Why it failed")[2].partition("</table>")[0]


def test_what_is_known_of_a_failure_is_kept_for_14_days(db: None) -> None:
    causes.note("1", "x" * 1000)
    causes.FailedDelivery.objects.update(at=timezone.now() - timedelta(days=15))
    causes.note("2", "gone")

    assert causes.known(["1", "2"]) == {"2": "gone"}
