"""Tasks in whose requests to the table processes die, and which the table throttles, at random."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from common.aws.clients import dynamodb_client
from messages_app.schema.builtin import MESSAGE
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.pacing import Pace
from messages_app.store.repository import RecordRepository
from tests.ingestion.helpers import Tasks
from tests.messages_app.store.unreliable import refused

_THROTTLED = refused("ThrottlingException")
_ASKED = ("batch_execute_statement", "put_item", "batch_get_item", "query")


class Killed(Exception):
    """The process of a task ended."""


class Shaky:
    """The table, in whose requests processes die now and then, or which takes nothing."""

    def __init__(self, chance: random.Random, share: float) -> None:
        self._client = dynamodb_client()
        self._chance = chance
        self._share = share

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._client, name)
        if name not in _ASKED:
            return operation

        def call(**request: Any) -> Any:
            if self._chance.random() >= self._share:
                return operation(**request)
            what = self._chance.randrange(3)
            if what == 0:
                return _THROTTLED(operation, request)
            if what == 1:
                operation(**request)
            raise Killed

        return call


class Disturbed(RecordRepository):
    """Between two parts of the rows that are inserted something else is done."""

    def __init__(self, meanwhile: Callable[[], None], client: Any) -> None:
        table = settings.MESSAGES_TABLE
        super().__init__(client, table, MESSAGE, batch_client=client, pace=Pace())
        self._meanwhile = meanwhile

    def insert_in_parts(self, *arguments: Any) -> Iterator[dict[int, InsertResult]]:
        for part in super().insert_in_parts(*arguments):
            self._meanwhile()
            yield part


class ShakyTasks(Tasks):
    """A task whose process dies is delivered again, behind the others. Some are delivered to two
    processes at once."""

    def __init__(self, chance: random.Random, share: float) -> None:
        super().__init__()
        self._chance = chance
        self._share = share
        self._client = Shaky(chance, share)
        self._at_work: tuple[Any, ...] | None = None

    def repository(self, kind: str, version: int) -> RecordRepository:
        return Disturbed(self._run_beside, self._client)

    def run(self, seconds: float = 30) -> None:
        while self.waiting:
            task = self.waiting.pop(self._chance.randrange(len(self.waiting)))
            self._at_work = task
            self._deliver(task, seconds)
            if self._chance.random() < 0.1:  # delivered twice
                self.waiting.append(task)

    def _deliver(self, task: tuple[Any, ...], seconds: float = 30) -> None:
        self.waiting.append(task)
        try:
            self.run_one(len(self.waiting) - 1, seconds)
        except Killed:
            self.waiting.append(task)

    def _run_beside(self) -> None:
        """The task that is at work, as another process that has read nothing of it."""
        task, self._at_work = self._at_work, None  # no third one
        if task and self._chance.random() < self._share:
            self._deliver(task)
        self._at_work = task
