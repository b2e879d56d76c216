"""Which encoding a file has, and its text as UTF-8.

What cannot be decoded becomes a byte that is not UTF-8 either: it spoils its own row and no other.
"""

import codecs
import io
import re
from typing import Protocol

import charset_normalizer

from ingestion.reading.file_error import FileError

UTF_8 = "utf-8"
_MARKS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
# In a file of another encoding many lines are no UTF-8; in one with an accident, few.
_SPOILED_LINES_OF_AN_ACCIDENT = 0.1
# What spreadsheets and exports around the world write when it is not UTF-8. Few accented letters
# do not tell the Latin ones apart; then the most common of them is named.
_USUAL = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "koi8_r", "mac_roman"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
]
_LIKE_WINDOWS_1252 = ("cp1252", "cp1250", "mac_roman")
# Codecs of Python that take text, but are no encoding of files, or depend on the machine.
_NOT_OF_FILES = (
    *("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"),
    *("undefined", "charmap", "mbcs", "oem"),
)
# Those which say nothing without a byte order mark.
_MARKED = ("utf-16", "utf-32")
_SPOILED = "sluice.spoiled"
_BLOCK = 256 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


def encoding_of(first_bytes: bytes, declared: str = "") -> str:
    """The encoding of a file that begins so. A byte order mark decides, whatever was declared.

    Raises FileError with a guess when it is not known, or is surely not the declared one.
    """
    name = declared_encoding(declared) if declared else ""
    for mark, encoding in _MARKS:
        if first_bytes.startswith(mark):
            return encoding
    if name:
        return _believable(name, declared, first_bytes)
    if wide := _unmarked_utf16(first_bytes):
        raise _unknown(wide)
    if _is_utf8(first_bytes):
        return UTF_8
    raise _unknown(_guess(first_bytes))


def as_utf8(raw: Readable, encoding: str) -> io.RawIOBase:
    """The text of ``raw`` in UTF-8."""
    return _Transcoded(raw, encoding)


class _Transcoded(io.RawIOBase):
    def __init__(self, raw: Readable, encoding: str) -> None:
        super().__init__()
        self._raw = raw
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=_SPOILED)
        self._text = b""
        self._at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        while not self._text and not self._at_end:
            block = self._raw.read(_BLOCK) or b""
            self._at_end = not block
            text = self._decoded(block)
            self._text = text.encode(UTF_8, "surrogateescape")
        size = min(len(buffer), len(self._text))
        buffer[:size], self._text = self._text[:size], self._text[size:]
        return size

    def _decoded(self, block: bytes) -> str:
        try:
            return self._decoder.decode(block, final=self._at_end)
        except UnicodeError as error:  # of a codec that does not go on behind what it cannot read
            raise _wrong(self._encoding) from error


def _spoil(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return "\udc80", error.end
    raise error


codecs.register_error(_SPOILED, _spoil)


def declared_encoding(name: str) -> str:
    """The usual name of an encoding that was declared. Raises FileError when text has none such."""
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        raise _unusable(name, "is not known") from None
    if found in _NOT_OF_FILES:
        raise _unusable(name, "is not an encoding of files")
    return UTF_8 if found in ("utf-8", "utf-8-sig", "ascii") else found


def _believable(encoding: str, declared: str, first_bytes: bytes) -> str:
    """The declared encoding of a text without a mark, when its beginning does not contradict it.
    All of UTF-16 and UTF-32 have NUL bytes in each header."""
    wide = _unmarked_utf16(first_bytes)
    if encoding == "utf-16" and wide:
        return wide
    is_wide = encoding.startswith(("utf-16", "utf-32"))
    if is_wide and first_bytes and (encoding in _MARKED or b"\0" not in first_bytes[:1024]):
        raise _wrong(declared, UTF_8 if _is_utf8(first_bytes) and b"\0" not in first_bytes else "")
    if wide and not is_wide:
        raise _wrong(declared, wide)
    return encoding


def _is_utf8(first_bytes: bytes) -> bool:
    """Whether it is UTF-8, spoiled in few lines at most."""
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(first_bytes)  # a cut character may end it
    except UnicodeDecodeError:
        lines = first_bytes.splitlines() or [b""]
        spoiled = [line for line in lines if not _decodes(line)]
        if lines[0] in spoiled:
            return False
        if any(_decodes(part) for part in _MULTIBYTE.findall(first_bytes)):
            return True
        return len(spoiled) <= _SPOILED_LINES_OF_AN_ACCIDENT * len(lines)
    return True


def _decodes(text: bytes) -> bool:
    try:
        text.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(first_bytes: bytes) -> str:
    """The encoding of UTF-16 without a mark: every other byte of ASCII text is NUL, and the others
    are not, as in a file that is padded with NULs. '' when it is none."""
    even, odd = first_bytes[0:1024:2], first_bytes[1:1024:2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros and zeros.count(0) > 0.8 * len(zeros) and others.count(0) < 0.2 * len(others):
            return name
    return ""


def _guess(first_bytes: bytes) -> str:
    """The likeliest of the usual encodings, '' when none fits."""
    telling = b"\n".join(line for line in first_bytes.splitlines() if not line.isascii())
    matches = charset_normalizer.from_bytes(telling, cp_isolation=_USUAL)
    best = matches.best()
    if best is None:
        return ""
    if best.encoding in _LIKE_WINDOWS_1252 and any(
        "cp1252" in match.could_be_from_charset for match in matches
    ):
        return "windows-1252"
    return best.encoding.replace("cp125", "windows-125").replace("_", "-")


def _unknown(guess: str) -> FileError:
    looks = f"it looks like {guess}" if guess else "its encoding cannot be guessed"
    name = guess or "windows-1252"
    return FileError(
        "encoding",
        f"The file is not UTF-8; {looks}. Save it as UTF-8 (in Excel: CSV UTF-8), or say which"
        f" encoding it has: choose it at the upload, send encoding={name} to the API,"
        f" or give the object the metadata encoding={name}.",
    )


def _unusable(name: str, reason: str) -> FileError:
    return FileError(
        "bad_encoding",
        f"The encoding {name[:40]!r} {reason}. Name one such as utf-8, windows-1252 or utf-16.",
    )


def _wrong(declared: str, seen: str = "") -> FileError:
    looks = f"It looks like {seen}: name that" if seen else "Name the one that it has"
    return FileError(
        "wrong_encoding",
        f"The file cannot be read as {declared}, which was given as its encoding. {looks}, or none"
        " for UTF-8.",
    )
