"""Writing one chunk: read its bytes, parse and check its rows, insert them, account for each.

A chunk that cannot be written in the time of one task, because the table takes little, is no
failure. What is known of its rows is counted, and a new message goes on with the others: deliveries
are for what fails.
"""

import structlog

from common.aws import s3
from common.deadline import Deadline
from common.errors import ServiceError, is_throttling
from ingestion.formats.recognition import reader_of
from ingestion.models import Chunk, Import
from ingestion.reading.file_error import FileError
from ingestion.reading.header import Layout
from ingestion.reading.object_reader import ObjectReader, object_gone
from ingestion.reading.record_boundaries import FAULTY_SHOWN
from ingestion.reading.row_parser import unreadable
from ingestion.reading.text_source import read_up_to
from ingestion.rejects.mending import loading
from ingestion.running import progress
from ingestion.running.progress import Queue
from ingestion.running.writing import consumption, left_lines, reject_limit
from ingestion.running.writing.devices import DevicesOfRows
from ingestion.running.writing.forecast import chunk as forecast
from ingestion.running.writing.forecast.conclude import send_when_compared
from ingestion.running.writing.kept_aside import KeptAside
from ingestion.running.writing.pause import pause_seconds
from ingestion.running.writing.policy import policy_of
from ingestion.running.writing.rows import Rows
from messages_app.schema.schema import Schema
from messages_app.store.batch_requests import OUT_OF_TIME
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)

# While a chunk takes long, what is known of it is kept so many times in the time of a task.
_TIMES_KEPT = 9


def write(
    import_: Import,
    chunk: Chunk,
    repository: RecordRepository,
    queue: Queue,
    deadline: Deadline,
) -> None:
    """Write a chunk, or go on writing it. Harmless to repeat. Raises FileError and ServiceError."""
    if not progress.begin_chunk(import_, chunk):
        progress.finish_if_complete(import_)
        send_when_compared(import_, queue)
        return
    known_before = chunk.read
    try:
        _write(import_, chunk, repository, deadline)
        send_when_compared(import_, queue)
    except progress.Overtaken:  # the same task ran twice at once, and the other one goes on
        log.info("chunk overtaken", chunk=chunk.number)
    except ServiceError as error:
        is_ahead = chunk.read > known_before
        if not (is_throttling(error.code) or (is_ahead and error.code == OUT_OF_TIME)):
            raise
        delay_seconds = 0 if is_ahead else pause_seconds()
        log.info("chunk goes on later", chunk=chunk.number, code=error.code, delay=delay_seconds)
        queue.write(str(import_.pk), chunk.number, delay_seconds)


def _write(import_: Import, chunk: Chunk, repository: RecordRepository, deadline: Deadline) -> None:
    rows = read_rows(import_, chunk, repository.schema, deadline)
    if import_.dry_run:
        _compare(import_, chunk, rows, repository, deadline)
        return
    policy, seconds = policy_of(import_), deadline.left / _TIMES_KEPT
    keep_at = deadline.within(seconds)
    try:
        aside = KeptAside(import_, chunk.first_line)
        for placed in repository.insert_in_parts(rows.records(), policy, deadline, aside.keep):
            rows.place(placed)
            if keep_at.passed and rows.has_news and not rows.is_all_known:
                progress.keep_part(import_, chunk, rows.part(), is_begun=True)
                keep_at = deadline.within(seconds)
    except ServiceError as error:
        # Of rows that AWS refused, or that were not sent, nothing is in the table; of others
        # something may be.
        is_clean = is_throttling(error.code) or error.code == OUT_OF_TIME
        if is_clean or rows.has_news:
            is_begun = chunk.is_begun or not is_clean
            progress.keep_part(import_, chunk, rows.part(), is_begun=is_begun)
        else:
            consumption.count(import_, rows.units())
        raise
    progress.chunk_done(import_, chunk, rows.part(), rows.repeated_times)


def _compare(
    import_: Import, chunk: Chunk, rows: Rows, repository: RecordRepository, deadline: Deadline
) -> None:
    try:
        part = forecast.compare(import_, chunk, rows, repository, deadline)
    except ServiceError:
        consumption.count(import_, rows.units())
        raise
    progress.chunk_done(import_, chunk, part, rows.repeated_times)


def read_rows(
    import_: Import, chunk: Chunk, schema: Schema, deadline: Deadline, *, is_whole: bool = False
) -> Rows:
    """The rows that are to be written: all of the chunk, or those that an earlier task left unless
    it ``is_whole``. Raises FileError and ServiceError."""
    rows = Rows(import_.kind, import_.is_mended, DevicesOfRows.for_import(import_, schema))
    layout = Layout.from_json(import_.layout)
    if chunk.fault:
        text = _text(import_, chunk, deadline, FAULTY_SHOWN)
        rows.add(unreadable(chunk.fault, chunk.fault_line, chunk.first_line, text, layout))
        return rows
    if import_.is_mended:
        mended = loading.MendedRows(import_, chunk, schema, is_whole=is_whole)
        for row in mended:
            rows.add(row)
        rows.repeated_times = mended.repeated_times
        return rows
    limit = reject_limit.RejectLimit(import_)
    reader = reader_of(
        import_.format_version,
        schema,
        layout,
        str(import_.pk),
        chunk.first_line,
        import_.object_version,
    )
    rows.devices.find_rejected(import_, schema, reader)
    for row in reader.read(_text(import_, chunk, deadline), chunk.first_line):
        if chunk.parts_kept and not is_whole:
            is_left = left_lines.holds(chunk.left_lines, row.line)
            rows.add(row) if is_left else rows.pass_over()
            continue
        if not is_whole and limit.is_reached(rows.count, len(rows.rejects)):
            rows.unread_bytes = reject_limit.unread_bytes(chunk, row.line)
            return rows
        rows.add(row)
    if reader.lines_read != chunk.lines:
        raise FileError(
            "lines_mismatch",
            f"Chunk {chunk.number} was planned with {chunk.lines} lines and has "
            f"{reader.lines_read}. This is a fault in Sluice: please report it.",
        )
    rows.repeated_times = reader.repeated_times
    return rows


def _text(import_: Import, chunk: Chunk, deadline: Deadline, maximum: int | None = None) -> bytes:
    """The chunk's bytes, at most ``most``, of the content that was planned."""
    if chunk.staged_key:
        text = s3.read(import_.bucket, chunk.staged_key)
        if text is None:
            raise object_gone(chunk.staged_key)
        return text[:maximum]
    end = chunk.end if maximum is None else min(chunk.end, chunk.start + maximum)
    stored = s3.StoredObject(
        import_.bucket, import_.key, import_.version_id, import_.etag, import_.bytes_total
    )
    with ObjectReader(stored, deadline, end) as reader:
        reader.seek(chunk.start)
        return read_up_to(reader, end - chunk.start)
