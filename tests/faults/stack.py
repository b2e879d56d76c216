"""What the tests do to a running stack, and what they find in it at the end."""

import gzip
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.conf import settings

from common.aws.clients import dynamodb_client, s3_client, sqs_client
from ingestion.models import RUNNING, Import, State
from ingestion.rejects import store
from ingestion.running import lifecycle
from ingestion.running.tasks import CeleryQueue
from tests.faults.effects import kill_soon
from tests.faults.files import Content, CsvFile, contents
from tests.faults.processes import Processes
from tests.faults.proxy import FaultProxy
from tests.support.processes import wait_until

KEY = "devices/file.csv"


class Stack:
    """The embedded AWS (reached directly), the proxy before it, the processes behind that."""

    def __init__(self, proxy: FaultProxy, processes: Processes) -> None:
        self.proxy = proxy
        self.processes = processes

    def start(self, *, workers: int = 2) -> None:
        """So many workers and a listener; all of them wait for messages when this returns."""
        self.processes.start(workers=workers)
        names = {process.name for process in self.processes.running}
        wait_until(lambda: names <= self.proxy.receivers)

    def upload(
        self,
        file: CsvFile,
        on_conflict: str = "keep",
        *,
        is_compressed: bool = False,
        is_forecast: bool = False,
    ) -> None:
        """Put the file into the bucket; the event starts everything else."""
        asked = {"dry-run": "true"} if is_forecast else {}
        s3_client().put_object(
            Bucket=settings.DATA_BUCKET,
            Key=f"{KEY}.gz" if is_compressed else KEY,
            Body=gzip.compress(file.text()) if is_compressed else file.text(),
            Metadata={"on-conflict": on_conflict, **asked},
        )

    def wait_for(self, condition: Callable[[Import], object]) -> Import:
        """The newest import, as soon as the condition holds for it."""
        self.wait_until(lambda: (import_ := Import.objects.first()) and condition(import_))
        return Import.objects.all()[0]

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait for something; no process may end meanwhile that was not told to."""

        def holds() -> object:
            self.processes.assert_alive()
            return condition()

        wait_until(holds)

    def wait_for_chunks(self, count: int) -> Import:
        """The import, as soon as so many of its chunks are written."""
        return self.wait_for(lambda import_: import_.chunks_done >= count)

    def ended(self) -> Import:
        """The import, as soon as it has ended."""
        return self.wait_for(lambda import_: import_.state not in RUNNING)

    def kill_workers(self, chance: random.Random, times: int, **when: Any) -> None:
        """So often one dies at some request, which is chosen as in :class:`Fault`, and another one
        is started."""
        for _ in range(times):
            kill = kill_soon(self.processes, chance)
            killing = self.proxy.inject(kill, sender="worker", times=1, **when)
            workers = len(self.processes.running)
            self.wait_until(lambda workers=workers: len(self.processes.running) < workers)
            assert killing.fired
            self.processes.start_workers()

    def has_tasks(self) -> bool:
        """Whether tasks wait in the queue or are being worked on."""
        return messages_in(settings.CELERY_QUEUE) > 0

    def run_again(self, import_: Import) -> Import:
        """Let it go on; the import as it ends."""
        assert lifecycle.run_again(import_, CeleryQueue())
        return self.ended()

    def assert_done(self, import_: Import, file: CsvFile, on_conflict: str = "keep") -> None:
        """The import is done, and receipt, table and rejects are exactly those of the file."""
        expected = file.expected(on_conflict)
        assert (import_.state, import_.error_code, import_.error_detail) == (State.DONE, "", "")
        assert import_.receipt.as_dict() == expected.receipt
        assert import_.receipt.adds_up
        assert (import_.chunks_done, import_.bytes_done) == (
            import_.chunks_total,
            import_.bytes_total,
        )
        records, lines = self.records(), [row.line for row in store.stored(import_)]
        if on_conflict == "reject":
            assert records <= expected.contents
            assert len({content[0] for content in records}) == records.total() == import_.written
            assert set(lines) >= set(expected.rejected_lines)
            assert len(lines) == len(set(lines)) == import_.rejected
        else:
            assert records == expected.contents
            assert lines == expected.rejected_lines

    def records(self) -> "Counter[Content]":
        """The contents of all records in the table, counted."""
        pages = dynamodb_client().get_paginator("scan").paginate(TableName=settings.MESSAGES_TABLE)
        items: list[Any] = [item for page in pages for item in page["Items"]]
        return contents(items)


def queue_url(name: str) -> str:
    return sqs_client().get_queue_url(QueueName=name)["QueueUrl"]


def wait_until_empty(stack: Stack) -> None:
    """Until nobody works on any task, and none waits."""
    wait_until(lambda: not stack.has_tasks())


def messages_in(name: str) -> int:
    """How many messages a queue has, those that are being worked on too."""
    response = sqs_client().get_queue_attributes(QueueUrl=queue_url(name), AttributeNames=["All"])
    counts = [
        value for key, value in response["Attributes"].items() if key.startswith("Approximate")
    ]
    return sum(map(int, counts))
