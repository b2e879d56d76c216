"""What can happen to a request: errors, lost and late answers, half-done batches."""

import itertools
import json
import random
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from microburst.protocols import render_error

from common.aws.clients import sqs_client
from tests.faults.processes import Processes
from tests.faults.proxy import Answer, Dropped, Effect, Forward, Request


def refuse(code: str, status: int | None = None) -> Effect:
    """An error of AWS, in the wire format of the request; nothing was done."""

    def effect(request: Request, forward: Forward) -> Answer:
        status_given, headers, body = render_error(
            request.service,
            code,
            f"{code}, injected",
            status,
            request_ct=request.headers.get("Content-Type"),
            resource=request.path,
        )
        if "x-amzn-query-error" in headers:  # microburst puts a namespace before every code
            headers["x-amzn-query-error"] = f"{code};Sender"
        length = len(body) if request.method == "HEAD" else None
        body = b"" if request.method == "HEAD" else body
        return Answer(status_given, list(headers.items()), body, length)

    return effect


def drop(request: Request, forward: Forward) -> Answer:
    """The connection breaks before AWS sees the request."""
    raise Dropped


def lose_answer(request: Request, forward: Forward) -> Answer:
    """AWS does what was asked, and the connection breaks before it can say so."""
    forward()
    raise Dropped


def cut_answer(request: Request, forward: Forward) -> Answer:
    """The connection breaks in the middle of the answer's body."""
    response = forward()
    if not response.body:
        raise Dropped
    return replace(
        response, body=response.body[: len(response.body) // 2], length=len(response.body)
    )


def late(seconds: float) -> Effect:
    """The request reaches AWS so late that the process may have given it up."""

    def effect(request: Request, forward: Forward) -> Answer:
        time.sleep(seconds)
        return forward()

    return effect


def late_answer(seconds: float) -> Effect:
    """AWS does at once what was asked, and its answer is slow to come."""

    def effect(request: Request, forward: Forward) -> Answer:
        response = forward()
        time.sleep(seconds)
        return response

    return effect


def in_turn(*effects: Effect) -> Effect:
    """A different effect each time."""
    turns = itertools.cycle(effects)

    def effect(request: Request, forward: Forward) -> Answer:
        return next(turns)(request, forward)

    return effect


def kill_soon(processes: Processes, chance: random.Random, maximum: float = 0.1) -> Effect:
    """The sender dies at some moment within so many seconds: while it waits for the answer, or
    while it does what comes next."""

    def effect(request: Request, forward: Forward) -> Answer:
        timer = threading.Timer(chance.uniform(0, maximum), processes.kill, [request.sender])
        timer.start()
        return forward()

    return effect


def throttle_statements(code: str, share: float = 0.5, seed: int = 1) -> Effect:
    """Of a BatchExecuteStatement some statements are refused; the others are done.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
    """
    chance = random.Random(seed)

    def effect(request: Request, forward: Forward) -> Answer:
        data: dict[str, Any] = json.loads(request.body)
        refused = [chance.random() < share for _ in data["Statements"]]
        refused[-1] = False  # an empty batch is no valid request
        passed = [
            statement
            for statement, is_refused in zip(data["Statements"], refused, strict=True)
            if not is_refused
        ]
        response = forward(json.dumps({**data, "Statements": passed}).encode())
        if response.status != 200:
            return response
        done = iter(json.loads(response.body)["Responses"])
        error = {"Error": {"Code": code, "Message": f"{code}, injected"}}
        return json_answer(
            response, {"Responses": [error if one else next(done) for one in refused]}
        )

    return effect


def leave_unread(request: Request, forward: Forward) -> Answer:
    """A BatchGetItem reads every other key and hands the rest back as unprocessed."""
    data: dict[str, Any] = json.loads(request.body)
    ((table, wanted),) = data["RequestItems"].items()
    now = {**wanted, "Keys": wanted["Keys"][::2]}
    rest = {**wanted, "Keys": wanted["Keys"][1::2]}
    response = forward(json.dumps({**data, "RequestItems": {table: now}}).encode())
    if response.status != 200:
        return response
    unread = {table: rest} if rest["Keys"] else {}
    return json_answer(response, {**json.loads(response.body), "UnprocessedKeys": unread})


class Watched:
    """ReceiveMessage as it is; ``most_deliveries`` is the highest receive count of any message,
    ``most_at_once`` the highest number of messages that were handed out together."""

    def __init__(self) -> None:
        self.most_deliveries = 0
        self.most_at_once = 0

    def __call__(self, request: Request, forward: Forward) -> Answer:
        response = forward()
        messages = json.loads(response.body).get("Messages", [])
        for message in messages:
            count = int(message["Attributes"]["ApproximateReceiveCount"])
            self.most_deliveries = max(self.most_deliveries, count)
        self.most_at_once = max(self.most_at_once, len(messages))
        return response


class TwiceAndInDisorder:
    """ReceiveMessage hands out every message twice, in an order of its own.

    That is what SQS reserves the right to do. As there, the two have receipt handles of their own.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Any]] = {}
        self._times: Counter[str] = Counter()

    @property
    def handed_out_again(self) -> int:
        """How many messages were handed out more than once."""
        return sum(times > 1 for times in self._times.values())

    def __call__(self, request: Request, forward: Forward) -> Answer:
        data: dict[str, Any] = json.loads(request.body)
        url, wanted = data["QueueUrl"], data.get("MaxNumberOfMessages", 1)
        ask = {**data, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
        with self._lock:
            waiting = self._waiting.setdefault(url, [])
            wait_seconds = 0 if waiting else data.get("WaitTimeSeconds", 0)
        response = forward(json.dumps({**ask, "WaitTimeSeconds": wait_seconds}).encode())
        if response.status != 200:
            return response
        messages = fresh = json.loads(response.body).get("Messages", [])
        while self._show_again(url, fresh):
            again = forward(json.dumps({**ask, "WaitTimeSeconds": 0}).encode())
            fresh = json.loads(again.body).get("Messages", [])
            messages = messages + fresh
        with self._lock:
            waiting += messages
            self._chance.shuffle(waiting)
            handed_out = [waiting.pop() for _ in range(min(wanted, len(waiting)))]
            self._times.update(message["MessageId"] for message in handed_out)
        return json_answer(response, {"Messages": handed_out})

    @staticmethod
    def _show_again(url: str, messages: list[Any]) -> bool:
        """End the invisibility of those that were received for the first time."""
        first = [one for one in messages if one["Attributes"]["ApproximateReceiveCount"] == "1"]
        for message in first:
            sqs_client().change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return bool(first)


def json_answer(response: Answer, content: Any) -> Answer:
    """The same answer with another body, whose checksum nobody knows."""
    headers = [item for item in response.headers if item[0].lower() != "x-amz-crc32"]
    return Answer(response.status, headers, json.dumps(content).encode())
