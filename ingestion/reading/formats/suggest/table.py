"""The table at the beginning of a text of which nothing is known: delimiter, header, rows."""

import io
import re
from collections import Counter
from dataclasses import dataclass

from ingestion.reading.csv_records import csv_reader
from ingestion.reading.header import printable
from ingestion.reading.header_search import DELIMITERS
from messages_app.schema.invisible import visible

_MAX_RECORDS = 400
_VALUE = re.compile(r"[+-]?[\d.,:/ TZ+\-]*\d[\d.,:/ TZ+\-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class TextTable:
    """``header`` is empty where the first row is one of values; ``skipped`` counts lines above."""

    delimiter: str
    header: list[str]
    rows: list[list[str]]
    skipped: int

    def column(self, place: int) -> list[str]:
        """The cells of a column that have something in them."""
        return [cell for row in self.rows if (cell := visible(row[place]))]

    @property
    def names(self) -> list[str]:
        """What the columns are called, by their positions where there is no header."""
        return self.header or [f"column {place}" for place, _ in enumerate(self.rows[0], start=1)]


def find_table(text: str, *, is_whole: bool) -> TextTable | None:
    """The table of at least two columns that most lines are part of; None when there is none."""
    readings = [_reading(text.lstrip("\ufeff"), one, is_whole=is_whole) for one in DELIMITERS]
    best = max(readings, key=lambda reading: (reading.share, reading.width))
    if not best.width:
        return None
    lines = [line for line, cells in best.records if len(cells) == best.width]
    records = [
        [printable(cell) for cell in cells] for _, cells in best.records if len(cells) == best.width
    ]
    is_header = not any(_VALUE.fullmatch(visible(cell)) for cell in records[0])
    header, rows = (records[0], records[1:]) if is_header else ([], records)
    return TextTable(best.delimiter, header, rows, lines[0])


@dataclass(frozen=True, slots=True)
class _Reading:
    """``share`` of the records have ``width`` cells. Records have the lines before them."""

    delimiter: str
    records: list[tuple[int, list[str]]]
    width: int
    share: float


def _reading(text: str, delimiter: str, *, is_whole: bool) -> _Reading:
    reader = csv_reader(io.StringIO(text, newline=""), delimiter)
    records: list[tuple[int, list[str]]] = []
    line = 0
    for cells in reader:
        if len(records) == _MAX_RECORDS:
            break
        if any(cell.strip() for cell in cells):
            records.append((line, cells))
        line = reader.line_num
    else:
        if not is_whole and len(records) > 1:
            records.pop()
    widths = Counter(len(cells) for _, cells in records if len(cells) > 1)
    if not widths:
        return _Reading(delimiter, records, 0, 0.0)
    width, count = max(widths.items(), key=lambda one: (one[1], one[0]))
    return _Reading(delimiter, records, width, count / len(records))
