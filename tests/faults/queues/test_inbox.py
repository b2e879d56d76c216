"""The inbox, read by real listeners that are killed, get messages twice, or meet failures."""

import json
import random
from typing import Any

import pytest
from django.conf import settings

from common.aws.clients import sqs_client
from ingestion.aws import sqs
from ingestion.dead_letters import queue as dead_letters
from messages_app.models import Day
from tests.faults.effects import TwiceAndInDisorder, kill_soon, refuse
from tests.faults.proxy import Answer, Effect, Forward, Request
from tests.faults.stack import messages_in
from tests.ingestion.producer import (
    batch,
    by_time,
    item,
    key,
    of_key,
    post,
    put,
    reasons,
    send,
)

Sent = tuple[str, dict[str, Any]]


def clock(number: int) -> str:
    """A time of day for each number."""
    return f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"


def send_all(messages: list[Sent]) -> None:
    url = sqs.queue_url(settings.MESSAGE_INBOX_QUEUE)
    for start in range(0, len(messages), 10):
        entries: list[Any] = [
            {
                "Id": str(number),
                "MessageBody": json.dumps(body),
                "MessageAttributes": {"Method": {"DataType": "String", "StringValue": method}},
            }
            for number, (method, body) in enumerate(messages[start : start + 10])
        ]
        sqs_client().send_message_batch(QueueUrl=url, Entries=entries)


def is_empty() -> bool:
    return messages_in(settings.MESSAGE_INBOX_QUEUE) == 0


@pytest.fixture
def listening(idle_stack):
    """A stack with two listeners alone."""
    for _ in range(2):
        idle_stack.processes.start_listener()
    return idle_stack


def mixed(chance: random.Random, count: int) -> tuple[list[Sent], list[Sent], dict[str, str]]:
    """Messages to begin with, messages then, in any order, and what there is at the end: an
    average for each time."""
    before: list[Sent] = []
    then: list[Sent] = []
    expected: dict[str, str] = {}
    for number in range(count):
        time, fate = clock(number), number % 10
        if fate < 7:
            then.append(("POST", post(time, local_avg=str(number))))
            expected[time] = str(number)
            continue
        before.append(("POST", post(time, local_avg="0")))
        if fate == 7:
            then.append(("PUT", put(time, local_avg=str(number))))
            expected[time] = str(number)
        elif fate == 8:
            then.append(("DELETE", of_key(time)))
        else:
            other = clock(number + 40_000)
            requests = (
                {"PutRequest": {"Item": item(other, local_avg=str(number))}},
                {"DeleteRequest": {"Key": key(time)}},
            )
            then.append(("BATCH_WRITE", batch(*requests)))
            expected[other] = str(number)
    chance.shuffle(then)
    return before, then, expected


def test_each_method_is_done_by_a_listener(idle_stack):
    stack = idle_stack
    stack.processes.configure(INBOX_REPLY_QUEUES="answers")
    url = sqs_client().create_queue(QueueName="answers")["QueueUrl"]
    stack.processes.start_listener()
    send_all([("POST", post(clock(number))) for number in range(4)])
    stack.wait_until(is_empty)
    send("PUT", put(clock(0), local_avg="7"))
    send("DELETE", of_key(clock(1)))
    requests = ({"PutRequest": {"Item": item(clock(9))}}, {"DeleteRequest": {"Key": key(clock(2))}})
    send("BATCH_WRITE", batch(*requests))
    stack.wait_until(is_empty)
    send("GET", of_key(clock(0)), ReplyTo="answers")
    send("GET_ALL", {"TableName": settings.MESSAGES_TABLE}, ReplyTo="answers")
    send("GET_ALL", {"TableName": settings.MESSAGES_TABLE}, ReplyTo="elsewhere")
    stack.wait_until(is_empty)
    assert by_time("local_avg") == {clock(0): "7", clock(3): "4.39", clock(9): "4.39"}
    answers = [json.loads(one.body) for one in sqs.receive(url)]
    assert sorted(len(one.get("Items", "")) for one in answers) == [0, 3]
    assert [one["Item"]["local_avg"] for one in answers if "Item" in one] == [{"N": "7"}]
    assert reasons() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_every_message_comes_twice_and_in_the_wrong_order(listening, seed):
    before, then, expected = mixed(random.Random(seed), 200)
    send_all(before)
    listening.wait_until(is_empty)
    twice = TwiceAndInDisorder(seed)
    listening.proxy.inject(twice, "sqs", "ReceiveMessage")
    send_all(then)
    listening.wait_until(lambda: is_empty() and twice.handed_out_again > len(then) // 2)
    assert by_time("local_avg") == expected
    assert reasons() == []
    assert sum(Day.objects.values_list("count", flat=True)) == len(expected)


def test_listeners_that_are_killed_ten_times_do_all_of_2000_messages_once(listening):
    chance = random.Random(3)
    before, then, expected = mixed(chance, 2000)
    send_all(before)
    listening.wait_until(is_empty)
    send_all(then)
    for number in range(10):
        service, operation = [
            ("dynamodb", "BatchExecuteStatement"),
            ("sqs", "DeleteMessageBatch"),
            ("dynamodb", "UpdateItem"),
            ("sqs", "ReceiveMessage"),
        ][number % 4]
        killing = listening.proxy.inject(
            kill_soon(listening.processes, chance), service, operation, sender="listener", times=1
        )
        listening.wait_until(lambda: len(listening.processes.running) < 2 or is_empty())
        assert killing.fired
        listening.processes.start_listener()
    listening.wait_until(is_empty)
    # SQS gave up what was in hand at five of the deaths; whether it was done or not, now it is.
    dead_letters.redrive()
    listening.wait_until(is_empty)
    assert by_time("local_avg") == expected
    assert reasons() == []


def refuse_statements(text: str, code: str = "ThrottlingError") -> Effect:
    """Of a BatchExecuteStatement the statements with this text are refused; others are done."""

    def effect(request: Request, forward: Forward) -> Answer:
        data = json.loads(request.body)
        refused = [text in json.dumps(one) for one in data["Statements"]]
        rest = [one for one, is_so in zip(data["Statements"], refused, strict=True) if not is_so]
        if not rest:
            return refuse(code, 500 if code.startswith("Internal") else 400)(request, forward)
        response = forward(json.dumps({**data, "Statements": rest}).encode())
        done = iter(json.loads(response.body)["Responses"])
        error = {"Error": {"Code": code, "Message": "injected"}}
        answer = json.dumps({"Responses": [error if one else next(done) for one in refused]})
        headers = [one for one in response.headers if one[0].lower() != "x-amz-crc32"]
        return Answer(response.status, headers, answer.encode())

    return effect


def test_a_wrong_and_a_failing_message_harm_no_neighbour(listening):
    failing = refuse_statements("the-failing-one", "InternalServerError")
    listening.proxy.inject(failing, "dynamodb", "BatchExecuteStatement")
    times = [clock(number) for number in range(20)]
    messages: list[Sent] = [("POST", post(time)) for time in times]
    messages.insert(5, ("POST", post(clock(100), source="the-failing-one")))
    messages.insert(9, ("POST", post(clock(101), local_avg="-1")))
    send_all(messages)
    listening.wait_until(lambda: list(by_time("source")) == times)
    listening.wait_until(dead_letters.waiting)
    assert reasons() == ["Refused: local_avg must be 0 or more."]
    listening.wait_until(lambda: messages_in(settings.MESSAGE_INBOX_QUEUE) == 1)
    listening.proxy.clear()
    listening.wait_until(is_empty)
    assert by_time("source")[clock(100)] == "the-failing-one"
    assert reasons() == ["Refused: local_avg must be 0 or more."]


def test_a_message_that_fails_at_every_delivery_becomes_a_dead_letter_that_says_why(listening):
    failing = refuse_statements("the-failing-one")
    listening.proxy.inject(failing, "dynamodb", "BatchExecuteStatement")
    send("POST", post(source="the-failing-one"))
    listening.wait_until(is_empty)
    (reason,) = reasons()
    assert reason.startswith("Refused: after 5 deliveries: DynamoDB could not insert records")
    listening.proxy.clear()
    assert dead_letters.redrive() == 1
    listening.wait_until(lambda: list(by_time("source").values()) == ["the-failing-one"])
