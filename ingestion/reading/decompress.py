"""Compressed files: .gz, .zst, .bz2, and .zip with one file in it; and spreadsheets, .xlsx and
.ods, which are archives too: their text is a sheet as CSV."""

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import zstandard

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.sheets.spreadsheet import open_sheet
from ingestion.reading.zip_archive import open_zip

# A file may unpack to so much, however small it is, and to more if it is large itself.
_ALWAYS_ALLOWED = 256 * 1024 * 1024
_MAX_TIMES_LARGER = 200
_BUFFER = 256 * 1024
# Unpacked at once; it can become 32,000 times as much.
_ZSTD_BLOCK = 1024

_BROKEN = (
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
)


def is_packed(key: str) -> bool:
    """Whether the name of an object says that it is compressed."""
    return _ending(key) in _OPENERS


def is_spreadsheet(key: str) -> bool:
    """Whether the name of an object says that it is a spreadsheet."""
    return _ending(key) in _SPREADSHEETS


def most_unpacked(packed_size: int) -> int:
    """To how many bytes a file of a size may unpack."""
    return max(_ALWAYS_ALLOWED, _MAX_TIMES_LARGER * packed_size)


def unpacked(key: str, packed: io.RawIOBase, maximum: int, sheet: str = "") -> io.RawIOBase:
    """The content of a compressed object; of a spreadsheet the first sheet, unless one is named.
    Reading it raises FileError when it is broken, or unpacks to more than ``maximum`` bytes."""
    ending = _ending(key)
    with _clear_errors():
        buffered = io.BufferedReader(packed, _BUFFER)
        first_bytes = buffered.read(_MAGIC_LENGTH)
        check_packing(key, first_bytes)
        buffered.seek(0)
        opener = _OPENERS[ending]
        content = opener(buffered, sheet) if ending in _SPREADSHEETS else opener(buffered)
    return _Unpacked(content, maximum)


def check_packing(key: str, first_bytes: bytes) -> None:
    """Raise FileError when a file does not begin as its name says that it is compressed."""
    ending = _ending(key)
    begun = first_bytes[:_MAGIC_LENGTH]
    if any(begun.startswith(magic[: len(begun)]) for magic in _MAGIC[ending]):
        return
    other = packing_of(begun)
    if other:
        reason = f"it is compressed as .{other} is; give it that ending"
    else:
        reason = "it is not compressed. Name it .csv, or compress it"
    raise FileError(
        "broken_archive",
        f"The file cannot be unpacked: its name ends in .{ending}, but {reason}.",
    )


def refuse_packed_twice(content: bytes) -> None:
    """Raise FileError when the content of a compressed file is compressed itself."""
    inner = packing_of(content)
    if inner and inner != "zip":  # spreadsheets are zip archives; header.py tells about them
        raise FileError(
            "compressed_twice",
            f"The file is compressed twice: it contains a file compressed as .{inner}."
            " Unpack it once, and upload the result.",
        )


def packing_of(first_bytes: bytes) -> str:
    """The ending of compressed files that begin so; '' when it is none."""
    for ending, magics in _MAGIC.items():
        if first_bytes.startswith(magics):
            return ending
    return ""


class _Unpacked(io.RawIOBase):
    def __init__(self, content: IO[bytes], maximum: int) -> None:
        super().__init__()
        self._content = content
        self._left = self._most = maximum

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._content.close()
        super().close()

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        with _clear_errors():
            part = self._content.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise FileError(
                "unpacks_too_large",
                f"The file unpacks to more than {self._most:,} bytes, over {_MAX_TIMES_LARGER}"
                " times its size. If that is right, upload it unpacked or in parts.",
            )
        buffer[: len(part)] = part
        return len(part)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise FileError(
            "broken_archive",
            f"The file cannot be unpacked: {str(error) or type(error).__name__}."
            " It may have been cut off on its way; make it and upload it again.",
        ) from error


def _ending(key: str) -> str:
    return key.lower().rpartition(".")[2]


class _Zstd(io.RawIOBase):
    """Frame by frame: zstandard's own reader takes a file that was cut off for a whole one. It
    refuses frames that ask for more than 128 MiB of memory."""

    def __init__(self, packed: IO[bytes]) -> None:
        super().__init__()
        self._packed = packed
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._block = self._text = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        while not self._text and self._more():
            self._frame = self._frame or self._decompressor.decompressobj()
            self._text, self._block = self._frame.decompress(self._block), b""
            if self._frame.eof:
                self._block, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._text))
        buffer[:size], self._text = self._text[:size], self._text[size:]
        return size

    def _more(self) -> bool:
        self._block = self._block or self._packed.read(_ZSTD_BLOCK)
        if not self._block and self._frame is not None:
            raise EOFError("it ends within a frame")
        return bool(self._block)


_SPREADSHEETS = ("xlsx", "ods")
_OPENERS: dict[str, Callable[..., Any]] = {
    "gz": lambda packed: gzip.GzipFile(fileobj=packed),
    "bz2": bz2.BZ2File,
    "zst": lambda packed: io.BufferedReader(_Zstd(packed), _BUFFER),
    "zip": open_zip,
    "xlsx": open_sheet,
    "ods": open_sheet,
}
# https://www.rfc-editor.org/rfc/rfc1952, https://www.rfc-editor.org/rfc/rfc8878; frames that
# Zstandard's readers pass over may come first. An archive without files begins with its end.
_MAGIC: dict[str, tuple[bytes, ...]] = {
    "gz": (b"\x1f\x8b",),
    "bz2": (b"BZh",),
    "zst": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "xlsx": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
}
_MAGIC_LENGTH = 4
