"""Requests to DynamoDB that fail for a while, for good, or without an answer."""

from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.schema.version import version_of
from messages_app.store.items import item_of, key_item
from messages_app.store.repository import RecordRepository
from tests.common.clock import Clock
from tests.messages_app.records import MOMENT, record
from tests.messages_app.store.unreliable import (
    Unreliable,
    answer_lost,
    keys_must_differ,
    keys_unprocessed,
    limits_hold,
    refused,
    statements_refused,
)

pytestmark = pytest.mark.django_db


def rows(count, avg=1):
    return [
        record(MOMENT + line, local_avg=Decimal(avg), origin=Origin("one", line))
        for line in range(2, 2 + count)
    ]


def insert(client, records, policy="keep", seconds=10.0):
    repository = RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE)
    return [one.outcome for one in repository.insert_many(records, policy, Deadline(seconds))]


@pytest.fixture
def client(aws):
    return dynamodb_client()


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttled_statements_are_tried_again_and_the_others_are_not(client, code):
    unreliable = Unreliable(
        client,
        batch_execute_statement=[statements_refused(code, 0, 3), statements_refused(code, 1)],
    )
    assert insert(unreliable, rows(5)) == ["written"] * 5
    assert unreliable.calls == ["batch_execute_statement"] * 3


@pytest.mark.parametrize(
    "fault",
    [
        refused("ThrottlingException"),
        refused("ProvisionedThroughputExceededException"),
        refused("InternalServerError", 500),
        refused("SomethingNew", 503),
    ],
)
def test_a_request_that_is_refused_for_a_while_is_sent_again(client, fault):
    unreliable = Unreliable(client, batch_execute_statement=[fault, fault])
    assert insert(unreliable, rows(3)) == ["written"] * 3


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_rows_whose_answer_was_lost_are_counted_as_written(client, policy):
    unreliable = Unreliable(client, batch_execute_statement=[answer_lost])
    assert insert(unreliable, rows(3), policy) == ["written"] * 3


def test_a_replacement_whose_answer_was_lost_is_counted_as_replaced(client):
    others = [record(MOMENT + 2, local_avg=Decimal(9), origin=Origin("other", 2))]
    insert(client, others)
    unreliable = Unreliable(client, put_item=[answer_lost])
    assert insert(unreliable, rows(1), "replace") == ["replaced"]


def test_a_row_kept_beside_whose_answer_was_lost_is_counted_as_kept(client):
    insert(client, [record(MOMENT + 2, local_avg=Decimal(9), origin=Origin("other", 2))])
    straight = Unreliable(client)._client.batch_execute_statement
    unreliable = Unreliable(
        client, batch_execute_statement=[lambda _, request: straight(**request), answer_lost]
    )
    assert insert(unreliable, rows(1)) == ["kept"]


def test_records_that_a_read_leaves_out_are_asked_for_again(client):
    insert(client, rows(3))
    again = [record(one.values["timestamp"], local_avg=Decimal(1)) for one in rows(3)]
    unreliable = Unreliable(client, batch_get_item=[keys_unprocessed, keys_unprocessed])
    assert insert(unreliable, again) == ["unchanged"] * 3
    assert unreliable.calls.count("batch_get_item") == 3


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_no_batch_names_a_key_twice(client, policy):
    checked = [keys_must_differ] * 1000
    strict = Unreliable(client, batch_execute_statement=checked, batch_get_item=checked)
    records = [
        record(local_avg=Decimal(line // 2), origin=Origin("one", line)) for line in range(2, 62)
    ]
    assert len(insert(strict, records, policy)) == 60


@pytest.mark.parametrize("policy", ["keep", "reject"])
def test_no_batch_is_larger_than_dynamodb_takes(client, policy):
    checked = [limits_hold] * 1000
    strict = Unreliable(client, batch_execute_statement=checked, batch_get_item=checked)
    # So far apart that a look between them does not pay.
    far = [
        record(MOMENT + 90_000 * line, local_avg=Decimal(1), origin=Origin("one", line))
        for line in range(2, 252)
    ]
    assert insert(strict, far, policy) == ["written"] * 250
    again = [record(one.values["timestamp"], local_avg=Decimal(1)) for one in far]
    strict.calls.clear()
    assert insert(strict, again, policy) == ["unchanged"] * 250
    assert strict.calls.count("batch_get_item") == 3


def test_a_record_that_is_deleted_before_it_is_compared_makes_room_for_the_row(client):
    insert(client, [record(MOMENT + 2, local_avg=Decimal(9))])

    def deleted_meanwhile(operation, request):
        client.delete_item(TableName=settings.MESSAGES_TABLE, Key=key_item(rows(1)[0].key))
        return operation(**request)

    unreliable = Unreliable(client, batch_get_item=[deleted_meanwhile])
    assert insert(unreliable, rows(1)) == ["written"]


def overtaken_by(record, client):
    """Another process writes it just before the request."""

    def overtaken(operation, request):
        client.put_item(TableName=settings.MESSAGES_TABLE, Item=item_of(record, MESSAGE))
        return operation(**request)

    return overtaken


def test_a_later_row_that_comes_between_reading_and_replacing_stays(client):
    insert(client, [record(MOMENT, local_avg=Decimal(9))], "replace")
    early, late = (record(local_avg=Decimal(line), origin=Origin("one", line)) for line in (2, 3))

    unreliable = Unreliable(client, put_item=[overtaken_by(late, client)])
    assert insert(unreliable, [early], "replace") == ["replaced"]
    repository = RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE)
    assert repository.get(*late.key).same_content(late)


def test_a_newer_version_that_comes_between_reading_and_replacing_stays(client):
    insert(client, [record(MOMENT, local_avg=Decimal(9))], "replace")
    old, new = (
        record(local_avg=Decimal(number), origin=Origin(f"import {number}", 2, version=version))
        for number, version in enumerate(version_of("b", "k", 0, text) for text in "12")
    )

    unreliable = Unreliable(client, put_item=[overtaken_by(new, client)])
    assert insert(unreliable, [old], "replace") == ["outdated"]
    repository = RecordRepository(client, settings.MESSAGES_TABLE, MESSAGE)
    assert repository.get(*new.key).same_content(new)


def test_a_version_costs_no_further_requests(client):
    def versions(text):
        version = version_of("b", "k", 0, text)
        return [
            record(
                MOMENT + line, local_avg=Decimal(text), origin=Origin(text, line, 0, "", version)
            )
            for line in range(50)
        ]

    def calls(records):
        counting = Unreliable(client)
        insert(counting, records, "replace")
        return Counter(counting.calls)

    assert calls(versions("2")) == {"query": 1, "batch_execute_statement": 2}
    assert calls(versions("1")) == {"query": 2}
    assert calls(versions("3")) == {"query": 2, "put_item": 50}


def error_of(client, records=None, policy="keep", seconds=10.0):
    with pytest.raises(ServiceError) as caught:
        insert(client, records or rows(3), policy, seconds)
    return caught.value


def test_a_statement_refused_for_good_is_raised_at_once_with_its_code(client):
    unreliable = Unreliable(client, batch_execute_statement=[statements_refused("AccessDenied", 1)])
    error = error_of(unreliable)
    assert (error.code, error.permanent) == ("AccessDenied", True)
    assert len(unreliable.calls) == 1


def test_a_request_refused_for_good_is_raised_at_once_with_its_code_and_cause(client):
    unreliable = Unreliable(client, batch_execute_statement=[refused("ResourceNotFoundException")])
    error = error_of(unreliable)
    assert error.code == "ResourceNotFoundException"
    assert error.__cause__.response["Error"]["Code"] == "ResourceNotFoundException"
    assert len(unreliable.calls) == 1


@pytest.mark.parametrize(
    "fault", [refused("ThrottlingException"), statements_refused("ThrottlingError", 0)]
)
def test_retries_end_at_the_deadline(client, fault):
    unreliable = Unreliable(client, batch_execute_statement=[fault] * 1000)
    error = error_of(unreliable, seconds=0.3)
    assert error.code.startswith("Throttling")
    assert not error.permanent
    assert 1 < len(unreliable.calls) < 1000


def test_reads_that_leave_out_records_end_at_the_deadline(client):
    insert(client, rows(2))
    leave_out = [lambda _, request: {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}]
    unreliable = Unreliable(client, batch_get_item=leave_out * 1000)
    assert error_of(unreliable, rows(2, avg=2), seconds=0.3).code == "ThrottlingError"


PASSING = ServiceError("throttled", "ThrottlingException", permanent=False)


def test_pauses_grow_up_to_two_seconds():
    clock = Clock(100.0)
    backoff = Backoff(Deadline(1e9, clock), clock.sleep)
    for _ in range(400):
        backoff.pause(PASSING)
    assert clock.slept[0] <= 0.05
    assert max(clock.slept[:3]) <= 0.2
    assert 1 < max(clock.slept) <= 2


def test_no_pause_outlasts_the_deadline():
    clock = Clock(100.0)
    backoff = Backoff(Deadline(10, clock), clock.sleep)
    with pytest.raises(ServiceError) as caught:  # noqa: PT012 - which pause raises is random
        while True:
            backoff.pause(PASSING)
    assert caught.value is PASSING
    assert clock.now < 110


def test_a_permanent_error_is_raised_without_a_pause():
    clock = Clock(100.0)
    with pytest.raises(ServiceError, match="no rights"):
        Backoff(Deadline(10, clock), clock.sleep).pause(
            ServiceError("no rights", "AccessDenied", permanent=True)
        )
    assert clock.slept == []
