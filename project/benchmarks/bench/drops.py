"""Files that are dropped into the bucket, and what the stack took to make records of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings

from common.aws.clients import s3_client
from ingestion.models import RUNNING, Import, State
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Record
from project.benchmarks.bench.processes import cpu_seconds, descendants
from project.benchmarks.rows import csv_text

_PATIENCE_SECONDS = 3600
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Drop:
    """What a file took. ``seconds`` are from the drop to the receipt, with the upload, ``cpu`` by
    process; ``first_readable_seconds`` from when the bucket has the file, which is not sooner told
    of."""

    rows: int
    seconds: float
    cpu: dict[str, float]
    first_readable_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    def microseconds(self, name: str) -> float:
        """Processor time a row of the processes of this name."""
        return 1e6 * self.cpu.get(name, 0.0) / self.rows


def text_of(rows: int, number: int) -> bytes:
    """A file that shares no day with another number's."""
    return csv_text(rows, 4 * number)


def drop(
    supervisor: int, text: bytes, first: Record | None = None, *, forecast: bool = False
) -> Drop:
    """Import a file, or forecast it, and look when its ``first`` record can be read. Raises
    RuntimeError when it does not end well."""
    processes = descendants(supervisor)
    before, key = cpu_seconds(processes), f"bench-{uuid4()}.csv"
    begin = time.perf_counter()
    s3_client().put_object(
        Bucket=settings.DATA_BUCKET, Key=key, Body=text, Metadata={"dry-run": str(forecast).lower()}
    )
    readable = _readable_after(first, time.perf_counter())
    import_ = _ended(key)
    seconds = time.perf_counter() - begin
    after = cpu_seconds(processes)
    if import_.state != State.DONE:
        raise RuntimeError(f"the import of a file ended as {import_.state}: {import_.error_detail}")
    cpu = {name: after[name] - before[name] for name in after}
    return Drop(import_.read, seconds, cpu, readable)


def _readable_after(first: Record | None, begin: float) -> float:
    if first is None:
        return 0.0
    repository = BUILTIN.repository
    _wait(lambda: repository.get(*first.key) is not None)
    return time.perf_counter() - begin


def _ended(key: str) -> Import:
    found = Import.objects.filter(key=key).exclude(state__in=RUNNING)
    _wait(found.exists)
    return found.get()


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the stack does not come to an end")
        time.sleep(_LOOK_SECONDS)
