"""The one way in which CSV text is read: spaces before a quote do not count, and a quote within a
value is doubled within quotes (RFC 4180, 2.5 to 2.7). Records of other quoting are told.

Where records end does not depend on that; see ingestion/reading/record_boundaries.py.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_NO_LIMIT = 2**31 - 1


class CsvRecord(NamedTuple):
    """One record: the lines before it, its cells, and the first one that is quoted wrongly, if
    any. The cells of such a record are not to be trusted."""

    line: int
    cells: list[str]
    misquoted: int | None = None


def csv_reader(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Any:
    """Python's reader, with the dialect of all files. Only a strict one raises csv.Error: lines
    have no line end but at their end, and no length is too much."""
    # A limit of the whole process. Ours is the slice: whatever it holds, no cell ends the rest.
    csv.field_size_limit(_NO_LIMIT)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


class CsvRecords:
    """The records of a text, blank lines left out. ``lines_read`` counts lines at the end."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self.lines_read = 0

    def __iter__(self) -> Iterator[CsvRecord]:
        return self._with_quotes() if '"' in self._text else self._without_quotes()

    def _without_quotes(self) -> Iterator[CsvRecord]:
        reader = csv_reader(io.StringIO(self._text, newline=""), self._delimiter)
        line = 0
        for cells in reader:
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield CsvRecord(line, cells)
            line = reader.line_num
        self.lines_read = line

    def _with_quotes(self) -> Iterator[CsvRecord]:
        lines = io.StringIO(self._text, newline="")
        reader, read_before = csv_reader(lines, self._delimiter, strict=True), 0
        while True:
            start, line = lines.tell(), read_before + reader.line_num
            try:
                cells = next(reader)
                is_suspect = '"' in "".join(cells)
            except StopIteration:
                break
            except csv.Error:  # it goes on behind a line; the record may have more
                lines.seek(start)
                lenient = csv_reader(lines, self._delimiter)
                cells, is_suspect = next(lenient), True
                read_before = line + lenient.line_num
                reader = csv_reader(lines, self._delimiter, strict=True)
            if len(cells) > 1 or (cells and cells[0].strip()):
                raw = self._text[start : lines.tell()] if is_suspect else ""
                yield CsvRecord(line, cells, misquoted(raw, self._delimiter) if raw else None)
        self.lines_read = line


def misquoted(raw: str, delimiter: str) -> int | None:
    """The first field of a record's text that is quoted wrongly; None when there is none."""
    field = _field(delimiter)
    position = index = 0
    while match := field.match(raw, position):
        if match.end() == len(raw):
            return None
        position = match.end()
        index += 1
    return index


@lru_cache
def _field(delimiter: str) -> re.Pattern[str]:
    """A field that is quoted rightly, with the delimiter or line end behind it."""
    end = re.escape(delimiter)
    return re.compile(rf' *+(?:"(?:[^"]++|"")*+"|[^"{end}\r\n]*+)(?:{end}|(?:\r\n|\r|\n)?\Z)')
