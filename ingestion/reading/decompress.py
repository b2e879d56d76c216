"""Compressed files: .gz, .zst, .bz2, and .zip with one file in it."""

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

# A file may unpack to so much, however small it is, and to more if it is large itself.
_ALWAYS_ALLOWED = 256 * 1024 * 1024
_MAX_TIMES_LARGER = 200
_BUFFER = 256 * 1024
# Frames that ask for more memory than this are refused.
_ZSTD_WINDOW = 128 * 1024 * 1024
# Unpacked at once; it can become 32,000 times as much.
_ZSTD_BLOCK = 1024

_BROKEN = (
    EOFError,
    OSError,
    RuntimeError,  # zipfile: the file is encrypted
    NotImplementedError,  # zipfile: an unknown compression
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
)


def is_packed(key: str) -> bool:
    """Whether the name of an object says that it is compressed."""
    return _ending(key) in _OPENERS


def unpacked(key: str, packed: io.RawIOBase, packed_size: int) -> io.RawIOBase:
    """The content of a compressed object. Reading it raises FileError when it is broken, or
    unpacks to far more than its size lets one expect."""
    with _clear_errors():
        content = _OPENERS[_ending(key)](io.BufferedReader(packed, _BUFFER))
    maximum = max(_ALWAYS_ALLOWED, _MAX_TIMES_LARGER * packed_size)
    return _Unpacked(content, maximum)


class _Unpacked(io.RawIOBase):
    def __init__(self, content: IO[bytes], maximum: int) -> None:
        super().__init__()
        self._content = content
        self._left = maximum
        self._most = maximum

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        with _clear_errors():
            part = self._content.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise FileError(
                "unpacks_too_large",
                f"The file unpacks to more than {self._most:,} bytes, over {_MAX_TIMES_LARGER}"
                " times its size. If it is what you mean, upload it unpacked or in parts.",
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
    """Frame by frame: zstandard's own reader takes a file that was cut off for a whole one."""

    def __init__(self, packed: IO[bytes]) -> None:
        super().__init__()
        self._packed = packed
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
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


def _open_zip(packed: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(packed)
    files = [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
    ]
    if len(files) != 1:
        raise FileError(
            "zip_content", f"The archive holds {len(files)} files. Put exactly one CSV file in it."
        )
    return archive.open(files[0])


_OPENERS: dict[str, Callable[[Any], Any]] = {
    "gz": lambda packed: gzip.GzipFile(fileobj=packed),
    "bz2": bz2.BZ2File,
    "zst": lambda packed: io.BufferedReader(_Zstd(packed), _BUFFER),
    "zip": _open_zip,
}
