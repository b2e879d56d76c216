"""The text of an import's object: UTF-8, read from any byte on."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from common.aws import s3
from common.deadline import Deadline
from ingestion.reading.decompress import (
    is_packed,
    is_spreadsheet,
    most_unpacked,
    packing_of,
    refuse_packed_twice,
    unpacked,
)
from ingestion.reading.encodings import UTF_8, as_utf8, encoding_of
from ingestion.reading.header import HEADER_BYTES, refuse_foreign
from ingestion.reading.object_reader import ObjectReader

_BLOCK = 256 * 1024
# Content codings that objects may have, and the endings of files that are compressed so.
_CODINGS = {"gzip": "gz", "zstd": "zst"}


class TextStream:
    """A text of which the next bytes are read; ``is_object`` when it is the object as it lies in
    the bucket, so that byte ranges of one are byte ranges of the other."""

    def __init__(self, raw: io.RawIOBase, *, is_object: bool) -> None:
        self._raw = raw
        self.is_object = is_object

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer at the end only."""
        return read_up_to(self._raw, size)

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        if self.is_object:
            self._raw.seek(size, io.SEEK_CUR)
            return
        while size > 0 and (part := self.read(min(size, _BLOCK))):
            size -= len(part)


def detect_encoding(stored: s3.StoredObject, declared: str, deadline: Deadline) -> str:
    """The encoding of an object's text. Raises FileError and ServiceError."""
    if is_spreadsheet(stored.key):  # its sheets become UTF-8 here
        return UTF_8
    with _content(stored, deadline) as content:
        first_bytes = read_up_to(content, HEADER_BYTES)
        if not _is_object(content):
            refuse_packed_twice(first_bytes)
        refuse_foreign(first_bytes)
        return encoding_of(first_bytes, declared)


@contextmanager
def open_text(
    stored: s3.StoredObject, encoding: str, deadline: Deadline, sheet: str = ""
) -> Iterator[TextStream]:
    """The text of an object from its beginning on; of a spreadsheet, of the sheet of that name, or
    the first. Raises FileError and ServiceError."""
    with _content(stored, deadline, sheet) as content:
        if encoding == UTF_8:
            yield TextStream(content, is_object=_is_object(content))
        else:
            yield TextStream(as_utf8(content, encoding), is_object=False)


@contextmanager
def _content(
    stored: s3.StoredObject, deadline: Deadline, sheet: str = ""
) -> Iterator[io.RawIOBase]:
    with ObjectReader(stored, deadline) as reader:
        name = _packed_name(stored, reader)
        if not name:
            yield reader
            return
        with unpacked(name, reader, most_unpacked(stored.size), sheet) as content:
            yield content


def _packed_name(stored: s3.StoredObject, reader: ObjectReader) -> str:
    """A name that tells how an object is compressed; '' when it is not.

    ``Content-Encoding`` says so too, but is left behind on objects that were unpacked since.
    https://www.rfc-editor.org/rfc/rfc9110#section-8.4
    """
    if is_packed(stored.key):
        return stored.key
    ending = next(
        (end for name, end in _CODINGS.items() if name in stored.content_encoding.lower()), ""
    )
    if not ending:
        return ""
    is_right = packing_of(read_up_to(reader, 4)) == ending
    reader.seek(0)
    return f"{stored.key}.{ending}" if is_right else ""


def _is_object(content: io.RawIOBase) -> bool:
    """Whether the content is that of the object as it lies in the bucket."""
    return isinstance(content, ObjectReader)


def read_up_to(raw: io.RawIOBase, size: int) -> bytes:
    """Exactly ``size`` bytes, fewer at the end only."""
    parts = []
    while size > 0 and (part := raw.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
