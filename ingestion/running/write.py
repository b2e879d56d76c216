"""Writing one chunk: read its bytes, parse and check its rows, insert them, account for each."""

from common.deadline import Deadline
from ingestion.aws import s3
from ingestion.models import Chunk, Import, Receipt
from ingestion.reading.errors import FileError
from ingestion.reading.header import Layout
from ingestion.reading.object_reader import ObjectReader, object_gone
from ingestion.reading.record_boundaries import FAULTY_SHOWN
from ingestion.reading.row_parser import Row, RowReader, unreadable
from ingestion.reading.text_source import read_up_to
from ingestion.rejects import store as rejects
from ingestion.rejects import summary
from ingestion.running import progress
from messages_app.batch_write import new_by_date
from messages_app.schema.record import Message
from messages_app.schema.schema import MESSAGE
from messages_app.schema.validation import Fault
from messages_app.store.bulk_insert import ON_CONFLICT, OnConflict, Outcome
from messages_app.store.repository import MessageRepository


def write(of: Import, chunk: Chunk, repository: MessageRepository, deadline: Deadline) -> None:
    """Write a chunk. Harmless to repeat. Raises FileError and ServiceError."""
    if not progress.begin_chunk(of, chunk):
        progress.finish_if_complete(of)
        return
    rows = _rows(of, chunk, deadline)
    good = [row for row in rows if row.message is not None]
    messages = [row.message for row in rows if row.message is not None]
    placed = repository.insert_many(messages, _on_conflict(of), deadline)
    outcomes = [one.outcome for one in placed]
    wrong = [row for row in rows if row.message is None]
    wrong += [
        row.rejected(_key_taken(message))
        for row, message, outcome in zip(good, messages, outcomes, strict=True)
        if outcome == "taken"
    ]
    if wrong:
        wrong.sort(key=lambda row: row.line)
        rejects.store(str(of.pk), chunk.number, of.bucket, wrong)
    receipt = _receipt(len(rows), outcomes, len(wrong))
    dates = {message.date for message in messages}
    new = new_by_date(placed)
    progress.chunk_done(of, chunk, receipt, summary.of_rows(wrong), dates, new)


def _rows(of: Import, chunk: Chunk, deadline: Deadline) -> list[Row]:
    layout = Layout.from_json(of.layout)
    if chunk.fault:
        text = _text(of, chunk, deadline, FAULTY_SHOWN)
        return [unreadable(chunk.fault, chunk.fault_line, chunk.first_line, text, layout)]
    reader = RowReader(MESSAGE, layout, str(of.pk))
    rows = list(reader.read(_text(of, chunk, deadline), chunk.first_line))
    if reader.lines_read != chunk.lines:
        raise FileError(
            "lines_mismatch",
            f"Chunk {chunk.number} was planned with {chunk.lines} lines and has "
            f"{reader.lines_read}. This is a fault in Sluice: please report it.",
        )
    return rows


def _text(of: Import, chunk: Chunk, deadline: Deadline, most: int | None = None) -> bytes:
    """The chunk's bytes, at most ``most``, of the content that was planned."""
    if chunk.staged_key:
        text = s3.read(of.bucket, chunk.staged_key)
        if text is None:
            raise object_gone(chunk.staged_key)
        return text[:most]
    end = chunk.end if most is None else min(chunk.end, chunk.start + most)
    stored = s3.StoredObject(of.bucket, of.key, of.version_id, of.etag, of.bytes_total)
    with ObjectReader(stored, deadline, end) as reader:
        reader.seek(chunk.start)
        return read_up_to(reader, end - chunk.start)


def _key_taken(message: Message) -> Fault:
    detail = f"another record has the key {message.date} {message.time}"
    return Fault("", message.time, "key_taken", detail)


def _receipt(read: int, outcomes: list[Outcome], rejected: int) -> Receipt:
    return Receipt(
        read=read,
        written=outcomes.count("written"),
        unchanged=outcomes.count("unchanged"),
        kept=outcomes.count("kept"),
        replaced=outcomes.count("replaced"),
        rejected=rejected,
    )


def _on_conflict(of: Import) -> OnConflict:
    return next(policy for policy in ON_CONFLICT if policy == of.on_conflict)
