"""Cells of the CSV files that Sluice writes, which people open in spreadsheets.

What a spreadsheet would take for a formula gets a quote in front, which makes it text.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

_FORMULA = re.compile(r"[=@\t\r]|[+\-](?!\d+(?:\.\d+)?\Z)")  # +4 and -4 are numbers
# Quotes that were there before are escaped too, or they would be lost on the way back.
_QUOTED = re.compile(r"'+[=+\-@\t\r]")


def escape(cell: str) -> str:
    """The cell as it is harmless in a spreadsheet."""
    return f"'{cell}" if _FORMULA.match(cell) or _QUOTED.match(cell) else cell


def unescape(cell: str) -> str:
    """The cell that :func:`escape` was given."""
    return cell[1:] if _QUOTED.match(cell) else cell
