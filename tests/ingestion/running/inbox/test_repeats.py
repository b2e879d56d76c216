"""Messages of the inbox that come again, in any order, or with ones that cannot be done."""

import random
from decimal import Decimal

import pytest
from django.conf import settings as configured

from audit.models import AuditEntry
from ingestion.running.inbox import account, poll
from ingestion.running.inbox.models import HandledMessage
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from tests.ingestion.helpers import HEADER, lines, run
from tests.ingestion.producer import (
    by_time,
    counts,
    item,
    of_key,
    post,
    put,
    reasons,
    received,
    records,
    send,
    waiting,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def handle(deliveries):
    return [str(one.outcome) for one in poll.handle(deliveries)]


def edit(**values):
    """What a person does to the only record."""
    (record,) = records()
    BUILTIN.repository.update(record, values)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_post_that_comes_again_after_its_record_was_edited_changes_nothing(is_known):
    """Also where the listener was killed before it could write down that it had done it."""
    send("POST", post())
    deliveries = received()
    handle(deliveries)
    edit(source="edited")
    if not is_known:
        account.forget_since(HandledMessage.objects.get().at)
    handle(deliveries)
    assert by_time("source") == {"10:55:09": "edited"}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_post_beside_another_that_comes_again_after_it_was_edited_changes_nothing(is_known):
    send("POST", post(source="first"))
    handle(received())
    send("POST", post(source="second"))
    deliveries = received()
    handle(deliveries)
    _, beside = records()
    BUILTIN.repository.update(beside, {"source": "edited"})
    if not is_known:
        HandledMessage.objects.all().delete()
    handle(deliveries)
    assert sorted(by_time("source").values()) == ["edited", "first"]


def test_what_was_deleted_since_does_not_come_back():
    send("POST", post())
    posted = received()
    handle(posted)
    send("DELETE", of_key())
    handle(received())
    assert handle(posted) == ["repeated"]
    assert records() == []
    assert Day.objects.get().count == 0


def test_a_put_that_comes_again_does_not_undo_a_later_change():
    send("POST", post())
    send("PUT", put(source="wired"))
    deliveries = received()
    handle(deliveries)
    edit(source="edited")
    assert handle(deliveries) == ["repeated", "repeated"]
    assert by_time("source") == {"10:55:09": "edited"}


def test_a_delete_that_comes_again_deletes_nothing_that_was_made_since():
    send("POST", post())
    handle(received())
    send("DELETE", of_key())
    deliveries = received()
    handle(deliveries)
    send("POST", post())
    handle(received())
    handle(deliveries)
    assert len(records()) == 1


def test_one_message_twice_in_a_poll_is_done_once():
    send("POST", post())
    (delivery,) = received()
    assert handle([delivery, delivery]) == ["written"]
    assert Day.objects.get().count == 1


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_doubled_and_shuffled_do_what_each_message_asks_for_once(seed, settings):
    chance = random.Random(seed)
    for second in range(6):
        send("POST", post(f"09:00:0{second}", local_avg="1"))
    handle(received())
    for second in range(3):
        send("PUT", put(f"09:00:0{second}", local_avg="2"))
        send("DELETE", of_key(f"09:00:0{second + 3}"))
        send("POST", post(f"10:00:0{second}", local_avg="3"))
    send("POST", post("10:00:00", local_avg="4"))
    deliveries = 2 * received()
    chance.shuffle(deliveries)
    while deliveries:
        few, deliveries = deliveries[:4], deliveries[4:]
        handle(few)
    times = by_time("local_avg")
    beside = {time: avg for time, avg in times.items() if "~" in time}
    assert sorted([times["10:00:00"], *beside.values()]) == ["3", "4"]
    assert {time[:8] for time in beside} == {"10:00:00"}
    others = {time: avg for time, avg in times.items() if not time.startswith("10:00:00")}
    assert others == {
        **{f"09:00:0{second}": "2" for second in range(3)},
        **{f"10:00:0{second}": "3" for second in (1, 2)},
    }
    assert Day.objects.get().count == len(times)
    assert AuditEntry.objects.filter(action="changed").count() == 3


def test_messages_of_a_poll_about_one_record_are_done_in_order(listen):
    send("POST", post(source="a"))
    send("PUT", put(source="b"))
    send("PUT", put(source="c"))
    send("DELETE", of_key())
    send("POST", post(source="d"))
    send("PUT", put(local_avg="7"))
    listen()
    (record,) = records()
    assert (record.values["source"], record.values["local_avg"]) == ("d", Decimal(7))
    assert sum(counts().values()) == 6


def test_more_messages_than_one_answer_of_the_queue_holds_are_one_poll(listen):
    for second in range(35):
        send("POST", post(f"10:00:{second}" if second > 9 else f"10:00:0{second}"))
    listen()
    assert len(records()) == 35
    assert waiting() == 0
    assert AuditEntry.objects.count() == 1


POISON = [
    "",
    "NaN",
    "[" * 30_000 + "]" * 30_000,
    "9" * 5000,
    '{"Service": "Amazon S3", "Event": "s3:TestEvent"}',
    '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"size": 1e999}}}]}',
    '{"TableName": "%s", "Item": {"date": {"S": "\\ud800"}, "time": {"N": 1e999999}}}',
    '{"TableName": "%s", "Item": {"date": null, "time": {"S": []}, "\\u0000": {"S": "\\u0000"}}}',
    '{"TableName": "%s", "Item": {"date": {"S": "2019-05-28"}, "time": {"M": {"a": {}}}}}',
    '{"TableName": "%s", "Item": {"source": {"S": "\\u0000"}, "timestamp": {"N": "NaN"}}}',
    '{"TableName": "%s", "Key": {"date": {"S": "x"}, "time": {"NULL": true}}}',
    '{"TableName": "%s", "Key": 5, "UpdateExpression": 5, "ExpressionAttributeValues": []}',
    '{"RequestItems": {"%s": [[], 5, null, {"PutRequest": []}]}}',
]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET", "BATCH_WRITE", "\u2028"])
def test_no_message_ends_the_listener_or_harms_its_neighbours(listen, method):
    bodies = [body.replace("%s", configured.MESSAGES_TABLE) or "?" for body in POISON]
    for body in bodies:
        send(method, body)
    send("POST", post())
    listen()
    listen()
    assert list(by_time("source")) == ["10:55:09"]
    assert len(reasons()) == len(bodies)
    assert waiting() == 0


def test_a_wrong_message_that_is_too_large_for_a_reason_is_left_to_the_queue(listen):
    full = {f"a{number}": "x" for number in range(9)}
    send("POST", {"Item": 5}, **full)
    send("POST", post())
    listen()
    assert len(records()) == 1
    assert waiting() == 1


def test_records_of_a_batch_that_comes_again_stay_as_they_were_edited():
    body = {"RequestItems": {configured.MESSAGES_TABLE: [{"PutRequest": {"Item": item()}}]}}
    send("BATCH_WRITE", body)
    deliveries = received()
    handle(deliveries)
    edit(source="edited")
    HandledMessage.objects.all().delete()
    handle(deliveries)
    assert by_time("source") == {"10:55:09": "edited"}


def test_what_the_table_lost_is_done_again():
    """After a crash of the embedded AWS, which forgets the last half minute."""
    send("POST", post())
    deliveries = received()
    handle(deliveries)
    (record,) = records()
    BUILTIN.repository.delete(record)
    account.forget_since(HandledMessage.objects.get().at)
    handle(deliveries)
    assert len(records()) == 1


def test_a_file_replaces_what_came_by_a_message():
    send("POST", post("10:40:00", local_avg="9.75"))
    handle(received())
    run(HEADER + lines(1), on_conflict="replace")
    (record,) = records()
    assert record.import_origin is not None
    assert record.values["local_avg"] != Decimal("9.75")
