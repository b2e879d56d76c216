"""Planning: one pass over a file that finds its layout and cuts it into chunks.

Chunks are saved and sent while the pass goes on. A pass that takes long stops at the end of its
time and is continued, from where it was saved, by a new task.
"""

import io
from collections.abc import Iterator

from django.conf import settings

from ingestion import imports, s3
from ingestion.boundaries import BoundaryFinder, Slice
from ingestion.errors import FileError
from ingestion.imports import Queue
from ingestion.layout import HEADER_BYTES, Layout, read_layout
from ingestion.models import Chunk, Import, OnConflictChoice
from messages_app.deadline import Deadline
from messages_app.schema import MESSAGE

# Chunks that are saved, and sent, together.
_CHUNKS_A_SAVE = 16


def plan(of: Import, queue: Queue, deadline: Deadline) -> None:
    """Plan an import, or go on planning it. Raises FileError and ServiceError."""
    if not imports.begin_planning(of):
        return
    imports.send_chunks(of, queue)  # those that an earlier task saved and had no time to send
    stored = _find(of)
    with s3.ObjectReader(stored, deadline) as reader:
        if not of.layout:
            _read_beginning(of, stored, reader)
        layout = Layout.from_json(of.layout)
        position = of.bytes_planned or layout.body_start
        reader.seek(position)
        finder = BoundaryFinder(
            lambda size: _read_up_to(reader, size),
            layout.delimiter,
            settings.CHUNK_BYTES,
            position,
            of.lines_planned + 1 if of.bytes_planned else layout.body_line,
        )
        _cut(of, finder.slices(), queue, Deadline(deadline.left / 2))


def _cut(of: Import, slices: Iterator[Slice], queue: Queue, pause_at: Deadline) -> None:
    chunks: list[Chunk] = []
    for piece in slices:
        chunks.append(_chunk(of, of.chunks_total + len(chunks) + 1, piece))
        if len(chunks) == _CHUNKS_A_SAVE:
            if not imports.save_plan(of, chunks, is_last=False):
                return
            imports.send_chunks(of, queue, chunks)
            chunks = []
            if pause_at.passed:
                queue.plan(str(of.pk))
                return
    if imports.save_plan(of, chunks, is_last=True):
        imports.send_chunks(of, queue, chunks)
        imports.finish_if_complete(of)


def _chunk(of: Import, number: int, piece: Slice) -> Chunk:
    return Chunk(
        of=of,
        number=number,
        start=piece.start,
        end=piece.end,
        first_line=piece.first_line,
        lines=piece.lines,
        fault=piece.fault,
        fault_line=piece.fault_line,
    )


def _find(of: Import) -> s3.StoredObject:
    """The object as the import knows it. Raises FileError when that content is gone."""
    stored = s3.head(of.bucket, of.key, of.version_id)
    if stored is None:
        raise s3.object_gone(of.key)
    if not of.layout and "on-conflict" in stored.metadata:
        of.on_conflict = _on_conflict(stored.metadata["on-conflict"])
    return s3.StoredObject(
        of.bucket, of.key, of.version_id, of.etag or stored.etag, stored.size, stored.metadata
    )


def _on_conflict(given: str) -> str:
    if given not in OnConflictChoice.values:
        raise FileError(
            "bad_on_conflict",
            f"The object's metadata on-conflict is {given!r}. "
            f"Set it to one of {', '.join(OnConflictChoice.values)}, or leave it out.",
        )
    return given


def _read_beginning(of: Import, stored: s3.StoredObject, reader: io.RawIOBase) -> None:
    beginning = _read_up_to(reader, min(HEADER_BYTES, stored.size))
    of.layout = read_layout(beginning, MESSAGE).as_json()


def _read_up_to(reader: io.RawIOBase, size: int) -> bytes:
    """Exactly ``size`` bytes, fewer at the end only."""
    parts = []
    while size > 0 and (part := reader.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
