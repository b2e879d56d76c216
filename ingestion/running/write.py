"""Writing one chunk: read its bytes, parse and check its rows, insert them, account for each."""

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
from ingestion.rejects import summary
from ingestion.running import progress
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
    rows = _rows(import_, chunk, repository.schema, deadline)
    good = [row for row in rows if row.message is not None]
    messages = [row.message for row in rows if row.message is not None]
    placed = repository.insert_many(messages, _on_conflict(import_), deadline)
    outcomes = [one.outcome for one in placed]
    wrong = [row for row in rows if row.message is None]
    wrong += [
        row.rejected(_key_taken(message))
        for row, message, outcome in zip(good, messages, outcomes, strict=True)
        if outcome == "key_conflict"
    ]
    if wrong:
        wrong.sort(key=lambda row: row.line)
        rejects.store(str(import_.pk), chunk.number, import_.bucket, wrong)
    receipt = _receipt(len(rows), outcomes, len(wrong))
    dates = {message.date for message in messages}
    new = new_by_date(placed)
    progress.chunk_done(import_, chunk, receipt, summary.of_rows(wrong), dates, new)


def _rows(import_: Import, chunk: Chunk, schema: Schema, deadline: Deadline) -> list[ParsedRow]:
    layout = Layout.from_json(import_.layout)
    if chunk.fault:
        text = _text(import_, chunk, deadline, FAULTY_SHOWN)
        return [unreadable(chunk.fault, chunk.fault_line, chunk.first_line, text, layout)]
    reader = RowReader(schema, layout, str(import_.pk), chunk.first_line)
    rows = list(reader.read(_text(import_, chunk, deadline), chunk.first_line))
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
        rejected=rejected,
    )


def _on_conflict(import_: Import) -> OnConflict:
    return next(policy for policy in ON_CONFLICT if policy == import_.on_conflict)
