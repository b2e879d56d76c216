"""Zip archives with one file in them, beside those that operating systems add.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import struct
import zipfile
import zlib
from typing import IO

from ingestion.reading.file_error import FileError

# 4.3.7: the header of a file in an archive.
_ENTRY = struct.Struct("<4s2xHH8xI4xHH")
_SIGNATURE = b"PK\x03\x04"
# 4.4.4: a bit of the flags.
_ENCRYPTED = 1
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_SYSTEM_FILES = ("", ".ds_store", "thumbs.db", "desktop.ini")
_NAMES_SHOWN = 5


def open_zip(packed: IO[bytes]) -> IO[bytes]:
    """The content of the one file. Raises FileError, and what zipfile raises for broken ones."""
    archive = zipfile.ZipFile(packed)
    files = [entry for entry in archive.infolist() if not _is_system_file(entry.filename)]
    if len(files) != 1:
        raise _not_one([entry.filename for entry in files])
    _check_readable(files[0].flag_bits, files[0].compress_type)
    return archive.open(files[0])


def beginning_of_cut_zip(packed: bytes, maximum: int) -> bytes | None:
    """Up to ``maximum`` bytes of the first file of an archive that was cut off, whose directory is
    missing, since it is at the end. None when they cannot be told. Raises FileError."""
    position = 0
    while len(packed) >= position + _ENTRY.size:
        signature, flags, method, size, name_length, extra_length = _ENTRY.unpack_from(
            packed, position
        )
        if signature != _SIGNATURE:
            return None
        name_at = position + _ENTRY.size
        name = packed[name_at : name_at + name_length].decode("utf-8", "replace")
        content_at = name_at + name_length + extra_length
        if not _is_system_file(name):
            return _beginning(packed[content_at:], flags, method, maximum)
        # Where the size is only told behind the content, this is no entry.
        position = content_at + size
    return None


def _beginning(content: bytes, flags: int, method: int, maximum: int) -> bytes | None:
    _check_readable(flags, method)
    if method == zipfile.ZIP_STORED:
        return content[:maximum]
    if method != zipfile.ZIP_DEFLATED:
        return None
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, maximum)
    except zlib.error:
        return None


def _is_system_file(path: str) -> bool:
    """Whether a system put an entry there by itself; directories are such too."""
    *directories, name = path.casefold().split("/")
    return "__macosx" in directories or name in _SYSTEM_FILES or name.startswith("._")


def _check_readable(flags: int, method: int) -> None:
    if flags & _ENCRYPTED:
        raise FileError(
            "encrypted_archive",
            "The archive is encrypted: make it without a password, and upload it again.",
        )
    if method not in _READABLE:
        raise FileError(
            "archive_method",
            f"The archive is compressed by a method that is not known here (number {method}):"
            " make it with the usual one, Deflate, or compress the file with gzip.",
        )


def _not_one(names: list[str]) -> FileError:
    if not names:
        held = "no file"
    else:
        more = len(names) - _NAMES_SHOWN
        shown = ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        held = f"{len(names)} files: {shown}"
    return FileError(
        "zip_content", f"The archive holds {held}. Put exactly one CSV file in it, or upload each."
    )
