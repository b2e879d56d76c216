"""Writing one chunk: read its bytes, parse and check its rows, insert them, account for each."""

from dataclasses import dataclass, field

from common.deadline import Deadline
from ingestion.aws import s3
from ingestion.models import Chunk, Import, Receipt
from ingestion.reading.file_error import FileError
from ingestion.reading.header import Layout
from ingestion.reading.object_reader import ObjectReader, object_gone
from ingestion.reading.record_boundaries import FAULTY_SHOWN
from ingestion.reading.row_parser import ParsedRow, RowReader, unreadable
from ingestion.reading.text_source import read_up_to
from ingestion.rejects import store as rejects
from ingestion.rejects.packed import Packer
from ingestion.rejects.summary import Summary
from ingestion.running import progress, reject_limit
from messages_app.batch_write import new_by_date
from messages_app.schema.record import Message, key_taken
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Fault
from messages_app.store.bulk_insert import ON_CONFLICT, OnConflict, Outcome
from messages_app.store.repository import MessageRepository


def write(import_: Import, chunk: Chunk, repository: MessageRepository, deadline: Deadline) -> None:
    """Write a chunk. Harmless to repeat. Raises FileError and ServiceError."""
    if not progress.begin_chunk(import_, chunk):
        progress.finish_if_complete(import_)
        return
    rows = _read(import_, chunk, repository.schema, deadline)
    messages = [row.message for row in rows.good if row.message is not None]
    placed = repository.insert_many(messages, _on_conflict(import_), deadline)
    outcomes = [one.outcome for one in placed]
    for row, message, outcome in zip(rows.good, messages, outcomes, strict=True):
        if outcome == "key_conflict":
            rows.reject(row.rejected(_key_taken(message)))
    if rows.rejects:
        rejects.store(str(import_.pk), chunk.number, import_.bucket, rows.rejects)
    receipt = _receipt(rows.count, outcomes, len(rows.rejects))
    dates = {message.date for message in messages}
    new = new_by_date(placed)
    faults = rows.faults.as_json()
    progress.chunk_done(import_, chunk, receipt, faults, dates, new, rows.unread_bytes)


@dataclass
class _Rows:
    """What was read of a chunk: the good rows as they are, those that are not in few bytes.

    ``unread_bytes`` are left of a chunk in which the import came to an early end.
    """

    count: int = 0
    good: list[ParsedRow] = field(default_factory=list)
    rejects: Packer = field(default_factory=Packer)
    faults: Summary = field(default_factory=Summary)
    unread_bytes: int = 0

    def add(self, row: ParsedRow) -> None:
        self.count += 1
        if row.message is None:
            self.reject(row)
        else:
            self.good.append(row)

    def reject(self, row: ParsedRow) -> None:
        self.rejects.add(row)
        self.faults.add(row)


def _read(import_: Import, chunk: Chunk, schema: Schema, deadline: Deadline) -> _Rows:
    rows = _Rows()
    layout = Layout.from_json(import_.layout)
    if chunk.fault:
        text = _text(import_, chunk, deadline, FAULTY_SHOWN)
        rows.add(unreadable(chunk.fault, chunk.fault_line, chunk.first_line, text, layout))
        return rows
    version = import_.object_version
    reader = RowReader(schema, layout, str(import_.pk), chunk.first_line, version)
    for row in reader.read(_text(import_, chunk, deadline), chunk.first_line):
        rejected = import_.rejected + len(rows.rejects)
        if reject_limit.is_reached(import_.read + rows.count, rejected):
            rows.unread_bytes = reject_limit.unread_bytes(chunk, row.line)
            return rows
        rows.add(row)
    if reader.lines_read != chunk.lines:
        raise FileError(
            "lines_mismatch",
            f"Chunk {chunk.number} was planned with {chunk.lines} lines and has "
            f"{reader.lines_read}. This is a fault in Sluice: please report it.",
        )
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


def _key_taken(message: Message) -> Fault:
    return Fault("", message.time, "key_taken", key_taken(message.key))


def _receipt(read: int, outcomes: list[Outcome], rejected: int) -> Receipt:
    return Receipt(
        read=read,
        written=outcomes.count("written"),
        unchanged=outcomes.count("unchanged"),
        kept=outcomes.count("kept"),
        replaced=outcomes.count("replaced"),
        outdated=outcomes.count("outdated"),
        rejected=rejected,
    )


def _on_conflict(import_: Import) -> OnConflict:
    return next(policy for policy in ON_CONFLICT if policy == import_.on_conflict)
