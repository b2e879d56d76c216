"""Planning: one pass over a file that finds its layout and cuts it into chunks.

Chunks are saved while the pass goes on. The first of them are sent at once, so that their records
can be read soon; the others are held back for some seconds, as what is sent together is sent in an
order in which days are written side by side (``writing/order.py``). A pass that takes long stops at
the end of its time and is continued, from where it was saved, by a new task.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.conf import settings

from common.aws import s3
from common.deadline import Deadline
from ingestion.aws.object_keys import staged_key
from ingestion.formats import waiting
from ingestion.formats.models import FormatVersion
from ingestion.formats.recognition import FileFacts, Waits, of_key, policy_by_format, recognise
from ingestion.models import Chunk, Import, OnConflictChoice
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import declared_kind, pinned_kind
from ingestion.reading.header import HEADER_BYTES, Layout
from ingestion.reading.header_watch import with_headers_of
from ingestion.reading.object_reader import object_gone
from ingestion.reading.record_boundaries import BoundaryFinder, Slice
from ingestion.reading.text_source import detect_encoding, open_text
from ingestion.rejects.mending import loading
from ingestion.running import lifecycle, progress
from ingestion.running.progress import Queue
from ingestion.running.writing.forecast.conclude import conclude, send_when_compared
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema

# Chunks that are saved together.
_CHUNKS_A_SAVE = 16
# For so long chunks are held back: some gigabytes of plain text are planned in that time. Longer,
# and workers would have nothing to do where planning is slow.
_HELD_SECONDS = 10


def plan(import_: Import, queue: Queue, deadline: Deadline) -> None:
    """Plan an import, or go on planning it. Raises FileError and ServiceError."""
    is_to_plan = progress.begin_planning(import_)
    # Those that an earlier task saved and did not send.
    if not progress.send_chunks(import_, queue, until=deadline.share(0.5)):
        queue.plan(str(import_.pk))
        return
    if not is_to_plan:
        if import_.dry_run and conclude(import_, queue, deadline):
            lifecycle.go_on_for_real(import_, queue)
        return
    if import_.is_mended:
        # It has rows of its parent's in the place of an object.
        _end(import_, loading.chunks_of(import_), queue, deadline)
        return
    stored = _find(import_)
    if not import_.layout:
        try:
            _read_beginning(import_, stored, deadline)
        except Waits as waits:
            waiting.wait(import_, waits)
            return
    schema = pinned_kind(import_.kind, import_.kind_version).schema
    layout = Layout.from_json(import_.layout)
    with open_text(stored, import_.encoding, deadline, _sheet(import_.format_version)) as text:
        position = import_.bytes_planned or layout.body_start
        text.skip(position)
        finder = BoundaryFinder(
            text.read,
            layout.delimiter,
            settings.CHUNK_BYTES,
            position,
            import_.lines_planned + 1 if import_.bytes_planned else layout.body_line,
        )
        stage = None if text.is_object else _stage
        pieces = finder.slices()
        if import_.format_version is None:
            pieces = _noting_headers(import_, schema, pieces)
        _cut(import_, pieces, stage, queue, deadline)


def _noting_headers(import_: Import, schema: Schema, slices: Iterator[Slice]) -> Iterator[Slice]:
    """The same slices; the import's layout, saved with their chunks, has the headers in them."""
    for piece in slices:
        layout = Layout.from_json(import_.layout)
        noted = with_headers_of(piece, layout, schema)
        if noted is not layout:
            import_.layout = noted.as_json()
        yield piece


def _cut(
    import_: Import,
    slices: Iterator[Slice],
    stage: Callable[[Chunk, bytes], None] | None,
    queue: Queue,
    deadline: Deadline,
) -> None:
    chunks: list[Chunk] = []
    pause_at, send_at = deadline.share(0.5), deadline.within(0)
    for piece in slices:
        chunk = _chunk(import_, import_.chunks_total + len(chunks) + 1, piece)
        if stage is not None:
            stage(chunk, piece.text)
        chunks.append(chunk)
        if len(chunks) == _CHUNKS_A_SAVE:
            if not progress.save_plan(import_, chunks, is_last=False):
                return
            chunks = []
            if send_at.passed:
                progress.send_chunks(import_, queue, until=pause_at)
                send_at = deadline.within(_HELD_SECONDS)
            if pause_at.passed:
                queue.plan(str(import_.pk))
                return
    _end(import_, chunks, queue, deadline)


def _end(import_: Import, last_chunks: list[Chunk], queue: Queue, deadline: Deadline) -> None:
    if not progress.save_plan(import_, last_chunks, is_last=True):
        return
    if not progress.send_chunks(import_, queue, until=deadline):
        queue.plan(str(import_.pk))
    progress.finish_if_complete(import_)
    send_when_compared(import_, queue)


def _chunk(import_: Import, number: int, piece: Slice) -> Chunk:
    return Chunk(
        import_record=import_,
        number=number,
        start=piece.start,
        end=piece.end,
        first_line=piece.first_line,
        lines=piece.lines,
        fault=piece.fault,
        fault_line=piece.fault_line,
    )


def _stage(chunk: Chunk, text: bytes) -> None:
    """Keep the chunk's text for the task that writes it, which could not find it in the object."""
    chunk.staged_key = staged_key(str(chunk.import_record_id), chunk.number)
    s3.put(chunk.import_record.bucket, chunk.staged_key, text, "text/csv")


def _find(import_: Import) -> s3.StoredObject:
    """The object as the import knows it. Raises FileError when that content is gone."""
    stored = s3.head(import_.bucket, import_.key, import_.version_id)
    if stored is None:
        raise object_gone(import_.key)
    return replace(stored, version_id=import_.version_id, etag=import_.etag or stored.etag)


def _read_beginning(import_: Import, stored: s3.StoredObject, deadline: Deadline) -> None:
    """Find the policy, the encoding, the kind and the layout; they are saved with the first chunks,
    and so is when the object was written."""
    import_.modified_at = stored.modified
    import_.on_conflict = _on_conflict(stored.metadata.get("on-conflict", import_.on_conflict))
    if not import_.is_made_real:
        import_.dry_run = import_.dry_run or _is_dry_run(stored.metadata.get("dry-run", "false"))
    declared = stored.metadata.get("encoding", import_.encoding)
    format_name = stored.metadata.get("format", "")
    version = of_key(FileFacts(import_.key, import_.format_version, format_name))
    if version is not None:
        declared = declared or version.definition.encoding
    import_.encoding = detect_encoding(stored, declared, deadline)
    with open_text(stored, import_.encoding, deadline, _sheet(version)) as text:
        first_bytes = text.read(HEADER_BYTES)
        is_whole = not text.read(1)
    found = recognise(first_bytes, _declared_kind(import_, stored), version, is_whole=is_whole)
    import_.kind, import_.kind_version = found.kind.name, found.kind.version
    import_.layout = found.layout.as_json()
    import_.format_version = found.version
    if found.version is not None and "on-conflict" not in stored.metadata:
        import_.on_conflict = policy_by_format(import_.on_conflict, found.version.definition)
    _look_first(import_)


def _look_first(import_: Import) -> None:
    """Have a file compared before it is imported, where it is to be held for its rejects."""
    version = import_.format_version
    own = version.definition.hold_rejected_percent if version is not None else None
    limit = settings.HOLD_REJECTED_PERCENT if own is None else own
    if limit < 100 and not import_.dry_run and not import_.is_made_real:
        import_.dry_run, import_.hold_above = True, limit


def _declared_kind(import_: Import, stored: s3.StoredObject) -> RecordKind | None:
    """The kind that was said with the file or that an earlier run was pinned to, if any."""
    if import_.kind_version:
        return pinned_kind(import_.kind, import_.kind_version)
    name = stored.metadata.get("kind") or (import_.kind if import_.is_kind_said else "")
    return declared_kind(name) if name else None


def _sheet(version: FormatVersion | None) -> str:
    return version.definition.sheet if version else ""


def _is_dry_run(data: str) -> bool:
    if data.lower() not in ("true", "false"):
        raise FileError(
            "bad_dry_run",
            f"The object's metadata dry-run is {data!r}. Set it to true for a forecast, or leave it"
            " out.",
        )
    return data.lower() == "true"


def _on_conflict(data: str) -> str:
    if data not in OnConflictChoice.values:
        raise FileError(
            "bad_on_conflict",
            f"The object's metadata on-conflict is {data!r}. "
            f"Set it to one of {', '.join(OnConflictChoice.values)}, or leave it out.",
        )
    return data
