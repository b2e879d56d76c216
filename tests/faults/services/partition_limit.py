"""A limit of writes a second for each partition key, as DynamoDB has one."""

import json
import threading
import time
from collections import defaultdict
from typing import Any

from tests.faults.effects import json_answer, refuse
from tests.faults.proxy import Answer, Forward, Request

_REFUSALS = ("ThrottlingError", "ProvisionedThroughputExceeded")


class PartitionLimit:
    """Takes ``limit`` writes a second of each date, and after a rest ``burst`` at once.

    A batch is taken in part: what is beyond comes back as DynamoDB says it, statement by statement,
    or as a refusal of the request where nothing of it was taken. A refused INSERT of a key that is
    taken is a write too.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
    """

    def __init__(self, limit: int, burst: int) -> None:
        self._limit = limit
        self._burst = burst
        self._lock = threading.Lock()
        self._tokens: defaultdict[str, float] = defaultdict(lambda: float(burst))
        self._at: dict[str, float] = {}
        self.taken = 0
        self.refused = 0
        self.duplicates = 0
        self.under_way = 0
        # When each write was taken.
        self.times: list[float] = []

    def __call__(self, request: Request, forward: Forward) -> Answer:
        with self._lock:
            self.under_way += 1
        try:
            return self._limited(request, forward)
        finally:
            with self._lock:
                self.under_way -= 1

    def _limited(self, request: Request, forward: Forward) -> Answer:
        data: dict[str, Any] = json.loads(request.body)
        if request.operation == "PutItem":
            is_taken = self._take(data["Item"]["date"]["S"])
            return forward() if is_taken else self._refusal(request, forward)
        if request.operation != "BatchExecuteStatement":
            return forward()
        taken = [self._take(one["Parameters"][0]["S"]) for one in data["Statements"]]
        if not any(taken):
            return self._refusal(request, forward)
        passed = [one for one, is_taken in zip(data["Statements"], taken, strict=True) if is_taken]
        response = forward(json.dumps({**data, "Statements": passed}).encode())
        if response.status != 200:
            return response
        done = json.loads(response.body)["Responses"]
        codes = [one.get("Error", {}).get("Code") for one in done]
        with self._lock:
            self.duplicates += codes.count("DuplicateItem")
        rest = iter(done)
        code = _REFUSALS[self.refused % len(_REFUSALS)]
        error = {"Error": {"Code": code, "Message": "Too much, injected"}}
        return json_answer(
            response, {"Responses": [next(rest) if is_taken else error for is_taken in taken]}
        )

    def _refusal(self, request: Request, forward: Forward) -> Answer:
        codes = ("ThrottlingException", "ProvisionedThroughputExceededException")
        return refuse(codes[self.refused % len(codes)])(request, forward)

    def _take(self, date: str) -> bool:
        now = time.monotonic()
        with self._lock:
            tokens = self._tokens[date] + (now - self._at.get(date, now)) * self._limit
            tokens = min(tokens, self._burst)
            self._at[date] = now
            is_taken = tokens >= 1
            self._tokens[date] = tokens - is_taken
            self.taken += is_taken
            self.refused += not is_taken
            if is_taken:
                self.times.append(now)
        return is_taken
