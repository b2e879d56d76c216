"""Finds where records end in a CSV text, in one pass and in bounded memory.

The text is UTF-8 (or any superset of ASCII). What counts as quoted is what the reader of
csv_records.py takes for quoted: a quote opens a field only as its first character, spaces before
it left out, and is doubled inside. So the slices found here are parsed by that reader just as the
whole text would be.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Of a record that cannot be read, so many bytes are kept to be shown.
FAULTY_SHOWN = 4096

QUOTE_NOT_CLOSED = "quote_not_closed"
RECORD_TOO_LONG = "record_too_long"


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes: read at once; of a record, which could not become a DynamoDB item (400 KB) and is
    rejected without being read; within which a quote is to close, or is taken for one that never
    does."""

    block: int = 256 * 1024
    record: int = 1024 * 1024
    lookahead: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes ``start`` to ``end`` (not included) of the text: whole records, or one that is faulty.

    ``lines`` counts line ends, those in quotes too, and a last line without an end. Of a faulty
    record, ``text`` is the beginning only. ``fault_line`` is the line in which the fault lies.
    """

    start: int
    end: int
    first_line: int
    lines: int
    text: bytes
    fault: str
    fault_line: int


class BoundaryFinder:
    """Cuts a text into slices of at most ``size`` bytes (and one, where that would part a CRLF);
    a longer record is a slice of its own.

    ``read(n)`` gives up to ``n`` further bytes, none at the end. The text begins with a record, at
    byte ``position`` and line ``line``.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        delimiter: str,
        size: int,
        position: int = 0,
        line: int = 1,
        limits: Limits = Limits(),
    ) -> None:
        self._read = read
        self._size = size
        self._position = position
        self._line = line
        self._limits = limits
        self._buffer = b""
        self._at_end = False
        ends = rb"\r\n" + re.escape(delimiter.encode())
        # Whole fields that have no line end; a quote within one that does not begin with it is a
        # character as any other.
        self._fields = re.compile(
            rb'(?:(?: *+"(?:[^"\r\n]++|"")*+"|(?! *+"))[^%s]*+[%s])*+' % (ends, ends)
        )
        self._quoted = re.compile(rb' *+"(?:[^"]++|"")*+("|\Z)')
        self._rest = re.compile(rb"[^%s]*+[%s]?+" % (ends, ends))

    def slices(self) -> Iterator[Slice]:
        """The slices, in order and without gaps."""
        while True:
            self._fill(self._size + 1)
            if not self._buffer:
                return
            yield self._next()

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size and not self._at_end:
            block = self._read(max(self._limits.block, size - len(self._buffer)))
            self._at_end = not block
            self._buffer += block

    def _next(self) -> Slice:
        while True:
            quoted, open_quote = self._quoted_parts()
            limit = len(self._buffer) if open_quote is None else open_quote
            if self._at_end and open_quote is None and len(self._buffer) <= self._size:
                return self._take(len(self._buffer))
            end = self._last_end(min(limit, self._size), quoted)
            if end:
                return self._take(end)
            end = self._first_end(limit, quoted)
            if not end and self._at_end and open_quote is None:
                end = len(self._buffer)
            if end:
                return self._take(end, RECORD_TOO_LONG if end > self._limits.record else "")
            if self._at_end or len(self._buffer) >= self._limits.lookahead:
                return self._unending_record(open_quote)
            self._fill(2 * len(self._buffer))

    def _quoted_parts(self) -> tuple[list[tuple[int, int]], int | None]:
        """Where quoted fields with line ends lie in the buffer, and where one opens that does not
        end in it."""
        if b'"' not in self._buffer:
            return [], None
        parts: list[tuple[int, int]] = []
        position = 0
        while match := self._quoted.match(self._buffer, self._behind_fields(position)):
            # A quote at the buffer's end may be the first of a doubled one.
            if not match[1] or (match.end() == len(self._buffer) and not self._at_end):
                return parts, match.start()
            parts.append(match.span())
            rest = self._rest.match(self._buffer, match.end())
            assert rest is not None  # it may be empty
            position = rest.end()
        return parts, None

    def _behind_fields(self, position: int) -> int:
        """Where a field begins that has a line end in its quotes, or is the buffer's last."""
        fields = self._fields.match(self._buffer, position)
        assert fields is not None  # it may be empty
        return fields.end()

    def _last_end(self, limit: int, quoted: list[tuple[int, int]]) -> int:
        """The end of the last record that ends within ``limit``; 0 when none does."""
        while limit > 0:
            end = 1 + max(self._buffer.rfind(b"\n", 0, limit), self._buffer.rfind(b"\r", 0, limit))
            if not end:
                return 0
            part = _part_around(end - 1, quoted)
            if part is None:
                return self._whole_line_end(end)
            limit = part[0]
        return 0

    def _first_end(self, limit: int, quoted: list[tuple[int, int]]) -> int:
        """The end of the first record; 0 when the buffer does not have it."""
        position = 0
        while match := _LINE_END.search(self._buffer, position, limit):
            part = _part_around(match.start(), quoted)
            if part is None:
                return self._whole_line_end(match.end())
            position = part[1]
        return 0

    def _whole_line_end(self, end: int) -> int:
        """``end``, which lies behind a CR or LF, moved behind the LF of a CRLF."""
        if self._buffer[end - 1 : end] == b"\n":
            return end
        self._fill(end + 1)
        return end + (self._buffer[end : end + 1] == b"\n")

    def _unending_record(self, open_quote: int | None) -> Slice:
        """The line in which a record begins that does not end; what follows is read as records."""
        start = open_quote or 0
        fault = RECORD_TOO_LONG if open_quote is None else QUOTE_NOT_CLOSED
        match = _LINE_END.search(self._buffer, start)
        if match is not None:
            return self._take(self._whole_line_end(match.end()), fault, start)
        return self._skip_line(fault, start)

    def _skip_line(self, fault: str, fault_at: int) -> Slice:
        """A line that is longer than the buffer may become: pass over it without keeping it."""
        begin, line = self._position, self._line
        lines_before = count_lines(self._buffer[:fault_at])
        shown = self._buffer[:FAULTY_SHOWN]
        passed, behind = 0, fault_at
        while not (match := _LINE_END.search(self._buffer, behind)) and not self._at_end:
            passed, behind = passed + len(self._buffer), 0
            self._buffer = b""
            self._fill(self._limits.block)
        end = self._whole_line_end(match.end()) if match else len(self._buffer)
        self._buffer = self._buffer[end:]
        self._position = begin + passed + end
        lines = lines_before + 1
        self._line = line + lines
        return Slice(begin, self._position, line, lines, shown, fault, line + lines_before)

    def _take(self, end: int, fault: str = "", fault_at: int = 0) -> Slice:
        text, self._buffer = self._buffer[:end], self._buffer[end:]
        lines = count_lines(text) + (not text.endswith((b"\n", b"\r")))
        fault_line = self._line + count_lines(text[:fault_at]) if fault else 0
        taken = Slice(
            start=self._position,
            end=self._position + end,
            first_line=self._line,
            lines=lines,
            text=text[:FAULTY_SHOWN] if fault else text,
            fault=fault,
            fault_line=fault_line,
        )
        self._position += end
        self._line += lines
        return taken


_LINE_END = re.compile(rb"[\r\n]")


def count_lines(text: bytes) -> int:
    """How many line ends a text has: LF, CRLF or CR."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _part_around(index: int, parts: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The part of the text that holds ``index``, if one does."""
    place = bisect_right(parts, (index, index)) - 1
    if place >= 0 and parts[place][0] <= index < parts[place][1]:
        return parts[place]
    return None
