"""The Celery tasks: each reads its import, makes one call, and turns errors into states."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from structlog.contextvars import bind_contextvars

from common.aws.sending import sending
from common.deadline import Deadline
from common.tracing import spans
from ingestion.dead_letters import arriving
from ingestion.models import Chunk, Import
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running import lifecycle, progress
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.ended.by_query.work import work
from ingestion.running.ended.undo import account, beginning
from ingestion.running.ended.undo.chunk import undo
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.ended.verifying import work as verifying
from ingestion.running.plan import plan
from ingestion.running.write import write

log = structlog.get_logger(__name__)

_NOTHING: Mapping[str, int] = {}


@shared_task(bind=True, name="ingestion.plan_import")
def plan_import(self: "Task[..., None]", import_id: str) -> None:
    """Find the layout and the chunks of a file."""
    with _accounted(self, import_id) as import_:
        if import_ is not None:
            plan(import_, CeleryQueue(), Deadline(settings.TASK_SECONDS))


@shared_task(bind=True, name="ingestion.write_chunk")
def write_chunk(self: "Task[..., None]", import_id: str, chunk_number: int) -> None:
    """Write the rows of one chunk."""
    with _accounted(self, import_id, {"sluice.chunk": chunk_number}) as import_:
        chunk = (
            Chunk.objects.filter(import_record=import_, number=chunk_number).first()
            if import_
            else None
        )
        if import_ is not None and chunk is not None:
            repository = pinned_kind(import_.kind, import_.kind_version).repository
            deadline = Deadline(settings.TASK_SECONDS)
            write(import_, chunk, repository, CeleryQueue(), deadline)


@shared_task(bind=True, name="ingestion.undo_chunk")
def undo_chunk(self: "Task[..., None]", import_id: str, chunk_number: int) -> None:
    """Take the records of one chunk back; with the number 0 have that done with all."""
    about = {"sluice.chunk": chunk_number}
    with _accounted(self, import_id, about, is_undo=True) as import_:
        if import_ is None:
            return
        if not chunk_number:
            beginning.send_chunks(import_, CeleryQueue())
        elif chunk := Chunk.objects.filter(import_record=import_, number=chunk_number).first():
            repository = pinned_kind(import_.kind, 0).repository
            undo(import_, chunk, repository, CeleryQueue(), Deadline(settings.TASK_SECONDS))


@shared_task(bind=True, name="ingestion.verify_import")
def verify_import(self: "Task[..., None]", import_id: str) -> None:
    """Go on with the verification of an import."""
    with _accounted(self, import_id, fail=_fail_verification) as import_:
        if import_ is not None:
            verifying.go_on(import_, CeleryQueue(), Deadline(settings.TASK_SECONDS))


@shared_task(bind=True, name="ingestion.delete_records")
def delete_records(self: "Task[..., None]", deletion_id: str) -> None:
    """Go on with a deletion of what a query matches."""
    bind_contextvars(deletion=deletion_id, task=self.name)
    deletion = Deletion.objects.filter(pk=deletion_id).first()
    if deletion is None:
        return
    header = self.request.get(spans.HEADER, "")
    try:
        with spans.span(self.name, "consumer", header, **{"sluice.deletion_id": deletion_id}):
            work(deletion, CeleryQueue(), Deadline(settings.TASK_SECONDS))
    except Exception as error:
        deliveries = int(self.request.get("receive_count", 1))
        log.warning("task failed", deliveries=deliveries, error=type(error).__name__)
        if deliveries >= settings.MAX_DELIVERIES:
            with transaction.atomic():
                life.fail(deletion, f"Gave up after {deliveries} attempts: {error}.")
                arriving.tell_of_task("A deletion", deletion_id, deletion.get_absolute_url())
        raise


class CeleryQueue:
    """Sends tasks through Celery. Its methods raise ServiceError."""

    def plan(self, import_id: str) -> None:
        with sending():
            plan_import.delay(import_id)

    def write(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        with sending():
            write_chunk.apply_async((import_id, chunk_number), **_delayed(delay_seconds))

    def undo(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        with sending():
            undo_chunk.apply_async((import_id, chunk_number), **_delayed(delay_seconds))

    def verify(self, import_id: str, delay_seconds: int = 0) -> None:
        with sending():
            verify_import.apply_async((import_id,), **_delayed(delay_seconds))

    def delete_records(self, deletion_id: str, delay_seconds: int = 0) -> None:
        with sending():
            delete_records.apply_async((deletion_id,), **_delayed(delay_seconds))


def _fail_verification(import_: Import, code: str, detail: str) -> None:
    with transaction.atomic():
        verifications.fail_running(import_, code, detail)
        if code == progress.DEAD_LETTER:
            path = import_.get_absolute_url()
            arriving.tell_of_task("A verification", str(import_.pk), path)


def _delayed(seconds: int) -> dict[str, Any]:
    """SQS's own delay: one by Celery would be waited for by a worker that holds the message."""
    return {"delay_seconds": seconds} if seconds else {}


@contextmanager
def _accounted(
    task: "Task[..., None]",
    import_id: str,
    about: Mapping[str, int] = _NOTHING,
    *,
    is_undo: bool = False,
    fail: Callable[[Import, str, str], None] | None = None,
) -> Iterator[Import | None]:
    """The import, or None when it was deleted. A wrong file ends it; any other failure is left to
    redelivery, and after the last one the import says that its task is a dead letter. ``fail`` says
    it of what is done with the import."""
    fail = fail or (account.fail if is_undo else lifecycle.fail)
    known: dict[str, str | int] = {"sluice.import_id": import_id, **about}
    # For Celery's own line of the task's end too: project/celery.py forgets it after that.
    bind_contextvars(import_id=import_id, task=task.name)
    with spans.span(task.name, "consumer", task.request.get(spans.HEADER, ""), **known):
        import_ = Import.objects.filter(pk=import_id).first()
        try:
            yield import_
        except FileError as error:
            if import_ is not None:
                fail(import_, error.code, error.detail)
        except Exception as error:
            deliveries = int(task.request.get("receive_count", 1))
            log.warning("task failed", deliveries=deliveries, error=type(error).__name__)
            if import_ is not None and deliveries >= settings.MAX_DELIVERIES:
                fail(
                    import_,
                    account.DEAD_LETTER if is_undo else progress.DEAD_LETTER,
                    f"Gave up after {deliveries} attempts: {error}. The task is kept in the"
                    " dead-letter queue: when the cause is gone, send it back, or run the import"
                    " again.",
                )
            raise
