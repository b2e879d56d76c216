"""The task of a verification: chunk after chunk, until its time is up and another one goes on."""

import structlog

from common.deadline import Deadline
from common.errors import ServiceError, is_throttling
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running.ended.verifying import account
from ingestion.running.ended.verifying.chunk import verify
from ingestion.running.ended.verifying.models import Verification
from ingestion.running.progress import Queue
from ingestion.running.writing.pause import pause_seconds
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)


def go_on(
    import_: Import,
    queue: Queue,
    deadline: Deadline,
    repository: RecordRepository | None = None,
) -> None:
    """Go on with the verification of an import that runs, if one does. Harmless to repeat. Raises
    ServiceError."""
    verification = account.running(import_)
    if verification is None:
        return
    delay_seconds = 0
    try:
        is_at_end = run(verification, deadline.share(0.5), deadline, repository)
    except ServiceError as error:
        if not is_throttling(error.code):
            raise
        delay_seconds = pause_seconds()
        log.info("verification goes on later", code=error.code, delay=delay_seconds)
        is_at_end = False
    if not is_at_end:
        queue.verify(str(import_.pk), delay_seconds)


def run(
    verification: Verification,
    pause_at: Deadline,
    deadline: Deadline,
    repository: RecordRepository | None = None,
) -> bool:
    """Verify chunks until then, one at least. Whether the verification is at its end. Raises
    ServiceError."""
    import_ = verification.import_record
    if not account.is_verifiable(import_):
        account.fail(verification, "import_changed", "The import was started again, or taken back.")
        return True
    try:
        repository = repository or pinned_kind(import_.kind, import_.kind_version).repository
        while (chunk := account.next_chunk(verification)) is not None:
            found = verify(import_, chunk, repository, deadline)
            if not account.chunk_done(verification, chunk, found):
                return True  # another task goes on, or somebody cancelled it
            if pause_at.passed:
                return False
    except FileError as error:
        account.fail(verification, error.code, error.detail)
        return True
    account.end(verification)
    return True
