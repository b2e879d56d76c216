"""The rows of a chunk of a forecast of which others of the same file may have the key too.

They lie in an object for each chunk, sorted, a line for each key and content::

    date TAB time TAB line TAB digest TAB count TAB flags

so that those of all chunks can be merged as they are read. What a chunk keeps of its object are its
first and last key and its size.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from common.aws import s3
from ingestion.aws.object_keys import staged_key_prefix
from ingestion.models import Chunk
from ingestion.reading.file_error import FileError
from messages_app.store.looking.comparing import Content
from messages_app.store.partitions.partitioning import Key

_LINE_DIGITS = 15
_BESIDE, _THERE = "b", "t"
_SEPARATOR = b"\t"


def store(chunk: Chunk, found: Mapping[Key, list[Content]]) -> dict[str, Any] | None:
    """Keep them, over those of an earlier run. None when there are none."""
    if not found:
        return None
    lines = sorted(_line(key, one) for key, contents in found.items() for one in contents)
    content = b"".join(lines)
    s3.put(chunk.import_record.bucket, _key(chunk), content, "text/tab-separated-values")
    first, last = (key_part(line).decode() for line in (lines[0], lines[-1]))
    return {"first": first, "last": last, "bytes": len(content)}


def read(chunk: Chunk, size: int, start: int, page_bytes: int) -> Iterator[tuple[bytes, int]]:
    """The lines of a chunk's object from a place on, each with the place behind it. Holds about a
    page in memory. Raises ServiceError, and FileError when the object is gone."""
    left = b""
    for begin in range(start, size, page_bytes):
        end = min(begin + page_bytes, size)
        page = s3.read_range(chunk.import_record.bucket, _key(chunk), begin, end)
        if page is None:
            raise FileError(
                "forecast_expired",
                "What the forecast needs was deleted from the bucket. Import the file, or upload"
                " it again for another forecast.",
            )
        *lines, left = (left + page).split(b"\n")
        place = end - len(left) - sum(len(line) + 1 for line in lines)
        for line in lines:
            place += len(line) + 1
            yield line, place


def key_part(line: bytes) -> bytes:
    """Of a line, date and time."""
    return line[: line.index(_SEPARATOR, line.index(_SEPARATOR) + 1)]


def parsed(line: bytes) -> tuple[Key, Content]:
    """The key and the content that a line tells of."""
    date, time, number, digest, count, flags = line.decode().split("\t")
    content = Content(digest, int(number), _BESIDE in flags, _THERE in flags, int(count))
    return (date, time), content


def _line(key: Key, content: Content) -> bytes:
    flags = (_BESIDE if content.is_conflict_copy else "") + (_THERE if content.is_there else "")
    number = f"{content.line:0{_LINE_DIGITS}}"
    texts = (*key, number, content.digest, str(content.count), flags)
    return "\t".join(texts).encode() + b"\n"


def _key(chunk: Chunk) -> str:
    return f"{staged_key_prefix(str(chunk.import_record_id))}open/{chunk.number:08}"
