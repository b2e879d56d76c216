"""Cells of the CSV files that Sluice writes, which people open in spreadsheets.

What a spreadsheet would take for a formula gets a quote in front, which makes it text.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
from collections.abc import Iterable

# Also in the full width of Chinese and Japanese keyboards.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# Where a cell begins: some spreadsheets part it at semicolons, tabs and line breaks too. Quotes
# that were there before are escaped as well, or they would be lost on the way back.
_FIRST, _INNER = rf"\A{{}}(?='*[{_SIGNS}\t\r\n])", rf"(?<=[;\t\r\n]){{}}(?='*[{_SIGNS}])"
_FORMULA = re.compile(f"{_FIRST}|{_INNER}".format("", ""))
_ESCAPED = re.compile(f"{_FIRST}|{_INNER}".format("'", "'"))
_NUMBER = re.compile(r"[+\-]\d+(?:\.\d+)?")


def escape(cell: str) -> str:
    """The cell as it is harmless in a spreadsheet."""
    if not _FORMULA.search(cell) or _NUMBER.fullmatch(cell):
        return cell
    return _FORMULA.sub("'", cell)


def unescape(cell: str) -> str:
    """The cell that :func:`escape` was given."""
    return _ESCAPED.sub("", cell)


def csv_line(cells: Iterable[str]) -> str:
    """A line of a file with these cells, which :func:`escape` has made harmless."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
