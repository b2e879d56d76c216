"""The text at the beginning of a file of which only the first bytes are at hand."""

import io
from dataclasses import dataclass
from typing import cast

from ingestion.reading.decompress import (
    check_packing,
    is_packed,
    is_spreadsheet,
    most_unpacked,
    refuse_packed_twice,
    unpacked,
)
from ingestion.reading.encodings import UTF_8, as_utf8, encoding_of
from ingestion.reading.file_error import FileError
from ingestion.reading.header import HEADER_BYTES, refuse_foreign
from ingestion.reading.zip_archive import beginning_of_cut_zip

# Unpacked in steps: of the last one, in which the cut lies, nothing comes out.
_STEP = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """UTF-8 text. Where it is not the whole text, its end may lie within a row or a character."""

    text: bytes
    encoding: str
    is_whole: bool


def sample_of(
    name: str, first_bytes: bytes, *, is_whole: bool, encoding: str, maximum: int
) -> Sample:
    """Up to ``maximum`` bytes of the text of a file from its first bytes.

    ``is_whole`` tells that they are all of the file. Raises FileError as the import would.
    """
    content, is_all = first_bytes, is_whole
    if is_packed(name):
        content, is_all = _unpacked(name, first_bytes, maximum, is_whole=is_whole)
        refuse_packed_twice(content)
    refuse_foreign(content[:HEADER_BYTES])
    declared = "" if is_spreadsheet(name) else encoding
    found = encoding_of(content[:HEADER_BYTES], declared)
    text = content if found == UTF_8 else as_utf8(io.BytesIO(content), found).read() or b""
    return Sample(text[:maximum], found, is_all and len(text) <= maximum)


def _unpacked(name: str, packed: bytes, maximum: int, *, is_whole: bool) -> tuple[bytes, bool]:
    """Up to ``maximum`` bytes and one step, and whether nothing follows them."""
    check_packing(name, packed)
    if name.lower().endswith(".zip") and not is_whole:
        content = beginning_of_cut_zip(packed, maximum)
        if content is None:
            raise _too_little()
        return content, False
    content = b""
    try:
        raw = cast(io.RawIOBase, io.BytesIO(packed))
        with unpacked(name, raw, most_unpacked(len(packed))) as stream:
            while len(content) <= maximum and (part := stream.read(_STEP)):
                content += part
    except FileError:
        if is_whole:
            raise
    if not content and not is_whole:
        raise _too_little()
    return content, is_whole and len(content) <= maximum


def _too_little() -> FileError:
    return FileError(
        "too_little",
        "The beginning of this file cannot be unpacked by itself. The import reads it whole.",
    )
