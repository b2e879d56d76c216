"""Tasks in whose requests to the table processes die, and which the table throttles, at random."""

import random
from typing import Any

from django.conf import settings

from common.aws.clients import dynamodb_client
from messages_app.schema.builtin import MESSAGE
from messages_app.store.pacing import Pace
from messages_app.store.repository import MessageRepository
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


class ShakyTasks(Tasks):
    """A task whose process dies is delivered again, behind the others."""

    def __init__(self, chance: random.Random, share: float) -> None:
        super().__init__()
        self._chance = chance
        self._client = Shaky(chance, share)

    def repository(self, kind: str, version: int) -> MessageRepository:
        client: Any = self._client
        table = settings.MESSAGES_TABLE
        return MessageRepository(client, table, MESSAGE, batch_client=client, pace=Pace())

    def run(self, seconds: float = 30) -> None:
        while self.waiting:
            place = self._chance.randrange(len(self.waiting))
            task = self.waiting[place]
            try:
                self.run_one(place, seconds)
            except Killed:
                self.waiting.append(task)
            if self._chance.random() < 0.1:  # delivered twice
                self.waiting.append(task)
