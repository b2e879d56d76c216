"""Rejected rows: an object for each chunk that has any, or for each part of one that was written in
parts, under ``_sluice/``."""

import heapq
import io
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.db.models import F

from common.aws import s3
from common.csv_output import csv_line, escape
from ingestion.aws.object_keys import own_key
from ingestion.models import Chunk, Import
from ingestion.reading.header import REJECT_COLUMNS, Layout
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects.packed import Packer, unpack
from messages_app.schema.validation import Fault

# A page ends behind the row with which it has so many characters.
_PAGE_CHARACTERS = 2_000_000
# What each cell adds besides its own text: quotes and a comma.
_SEPARATOR = 3


def store(bucket: str, chunk: Chunk, rejects: Packer, *, is_part: bool = False) -> str:
    """Write the rejects of a chunk, over those of an earlier run, or of a part of it. Returns the
    name of the part, by which the chunk is to know it.

    It follows from the content: of two tasks that come to different parts, neither writes over
    the other's.
    """
    content = rejects.pack()
    name = f"-{sha256(content).hexdigest()[:20]}" if is_part else ""
    s3.put(bucket, _key(chunk, name), content, "application/octet-stream")
    return name


def as_dict(reject: ParsedRow) -> dict[str, Any]:
    """A reject as the API gives it."""
    return {
        "line": reject.line,
        "faults": [fault.as_dict() for fault in reject.faults],
        "row": reject.cells,
    }


def stored(import_: Import, after_line: int = 0) -> Iterator[ParsedRow]:
    """All rejects of an import behind a line, in the order of their lines."""
    chunks = import_.chunks.annotate(end_line=F("first_line") + F("lines"))
    chunks = chunks.filter(rejected__gt=0, end_line__gt=after_line).order_by("number")
    for chunk in chunks.iterator(chunk_size=500):
        yield from of_chunk(import_, chunk, after_line)


def page(import_: Import, after_line: int, size: int) -> tuple[list[ParsedRow], int | None]:
    """The first rejects behind a line, and the line behind which the next page begins; None on the
    last one. At most ``size``, and fewer where they are long, but one at least."""
    rows: list[ParsedRow] = []
    length = 0
    for reject in stored(import_, after_line):
        if rows and (len(rows) == size or length > _PAGE_CHARACTERS):
            return rows, rows[-1].line
        rows.append(reject)
        length += sum(len(cell) + _SEPARATOR for cell in reject.cells)
    return rows, None


def csv_lines(import_: Import, after_line: int = 0) -> Iterator[str]:
    """The rejects behind a line as a CSV file that can be mended and uploaded again, piece by
    piece."""
    layout = Layout.from_json(import_.layout)
    original = [name for name in layout.header if name.strip().casefold() not in REJECT_COLUMNS]
    keep = [index for index, name in enumerate(layout.header) if name in original]
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + csv_line([*map(escape, original), *REJECT_COLUMNS])
    for reject in stored(import_, after_line):
        cells = [reject.cells[index] if index < len(reject.cells) else "" for index in keep]
        too_many = reject.cells[len(layout.header) :]  # behind the last column, to be mended there
        yield csv_line(
            [*map(escape, cells), str(reject.line), escape(reason(reject)), *map(escape, too_many)]
        )


def reason(reject: ParsedRow) -> str:
    """All faults of a row in one sentence."""
    return "; ".join(f"{fault.column} {fault.detail}".strip() for fault in reject.faults)


def of_chunk(import_: Import, chunk: Chunk, after_line: int = 0) -> Iterator[ParsedRow]:
    """Those of a chunk behind a line. Raises ServiceError."""
    if not chunk.rejected:
        return
    if chunk.reject_parts:
        contents = [s3.read(import_.bucket, _key(chunk, name)) for name in chunk.reject_parts]
        parts = [unpack(content, after_line) for content in contents if content is not None]
        yield from heapq.merge(*parts, key=lambda row: row.line)
        return
    content = s3.read(import_.bucket, _key(chunk))
    if content is not None:
        yield from unpack(content, after_line)
        return
    old = s3.read(import_.bucket, _old_key(str(import_.pk), chunk.number)) or b""
    rows = (_from_dict(json.loads(line)) for line in io.BytesIO(old))
    yield from (row for row in rows if row.line > after_line)


def _from_dict(data: dict[str, Any]) -> ParsedRow:
    return ParsedRow(data["line"], data["row"], None, [Fault(**fault) for fault in data["faults"]])


def _key(chunk: Chunk, part: str = "") -> str:
    return own_key(str(chunk.import_record_id), f"rejects/{chunk.number:08}{part}.zst")


def _old_key(import_id: str, chunk_number: int) -> str:
    """Where they were kept until they were packed: JSON lines, as :func:`as_dict` has them."""
    return own_key(import_id, f"rejects/{chunk_number:08}.jsonl")
