"""The text at the beginning of a file of which only the first bytes are at hand."""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import cast

from ingestion.reading.decompress import is_packed, unpacked
from ingestion.reading.encodings import UTF_8, as_utf8, encoding_of
from ingestion.reading.file_error import FileError
from ingestion.reading.header import HEADER_BYTES, refuse_foreign

# Unpacked in steps: of the last one, in which the cut lies, nothing comes out.
_STEP = 1024
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7: a file in a zip archive.
_ZIP_ENTRY = struct.Struct("<4s2xHH16xHH")
_ZIP_SIGNATURE = b"PK\x03\x04"
_DEFLATED, _STORED = 8, 0
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Head:
    """UTF-8 text. Where it is not the whole text, its end may lie within a row or a character."""

    text: bytes
    encoding: str
    is_whole: bool


def head_of(name: str, beginning: bytes, *, is_whole: bool, encoding: str, maximum: int) -> Head:
    """Up to ``most`` bytes of the text of a file from its first bytes.

    ``is_whole`` tells that they are all of the file. Raises FileError as the import would.
    """
    content, is_all = beginning, is_whole
    if is_packed(name):
        content, is_all = _unpacked(name, beginning, maximum, is_whole=is_whole)
    refuse_foreign(content[:HEADER_BYTES])
    found = encoding_of(content[:HEADER_BYTES], encoding)
    text = content if found == UTF_8 else as_utf8(io.BytesIO(content), found).read() or b""
    return Head(text[:maximum], found, is_all and len(text) <= maximum)


def _unpacked(name: str, packed: bytes, maximum: int, *, is_whole: bool) -> tuple[bytes, bool]:
    """Up to ``most`` bytes and one, and whether nothing follows them."""
    if name.lower().endswith(".zip") and not is_whole:
        return _from_cut_zip(packed, maximum), False
    content = b""
    try:
        stream = unpacked(name, cast(io.RawIOBase, io.BytesIO(packed)), len(packed))
        while len(content) <= maximum and (part := stream.read(_STEP)):
            content += part
    except FileError:
        if is_whole:
            raise
    if not content and not is_whole:
        raise _too_little()
    return content, is_whole and len(content) <= maximum


def _from_cut_zip(packed: bytes, maximum: int) -> bytes:
    """From the first entry, since the archive's directory is at the end, which is missing."""
    if len(packed) < _ZIP_ENTRY.size:
        raise _too_little()
    signature, flags, method, name_length, extra_length = _ZIP_ENTRY.unpack_from(packed)
    is_known = method in (_DEFLATED, _STORED) and not flags & _ENCRYPTED
    if signature != _ZIP_SIGNATURE or not is_known:
        raise _too_little()
    content = packed[_ZIP_ENTRY.size + name_length + extra_length :]
    if method == _STORED:
        return content[:maximum]
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, maximum)
    except zlib.error:
        raise _too_little() from None


def _too_little() -> FileError:
    return FileError(
        "too_little",
        "The beginning of this file cannot be unpacked by itself. The import reads it whole.",
    )
