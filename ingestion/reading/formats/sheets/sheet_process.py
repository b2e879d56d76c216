"""Writes a sheet of a spreadsheet as CSV, in a process of its own with bounded memory and time.

A small file can ask for any amount of either: cells that are packed well, or that lie far apart.
Arguments: the file, the sheet's name ('' for the first), and the file to write. What is wrong is
told on standard error.
"""

import csv
import resource
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

_MEMORY = 1536 * 1024 * 1024
_CPU_SECONDS = 60
_MOST_WRITTEN = 1024 * 1024 * 1024
_NAMES_SHOWN = 10


def main(
    source: str,
    sheet: str,
    target: str,
    *,
    limit: Callable[[int, tuple[int, int]], object] = resource.setrlimit,
) -> int:
    limit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    limit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    limit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - under the limits

    workbook = CalamineWorkbook.from_path(source)
    names = workbook.sheet_names
    if not names or (sheet and sheet not in names):
        shown = ", ".join(names[:_NAMES_SHOWN])
        sys.stderr.write(f"it has no sheet {sheet!r}, but {shown}" if names else "it has no sheet")
        return 1
    rows = workbook.get_sheet_by_name(sheet or names[0]).iter_rows()
    with Path(target).open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        for row in rows:
            cells = [as_text(cell) for cell in row]
            # A blank line stays a line, so that lines have the numbers of the sheet's rows.
            written.write("\n") if not any(cells) else writer.writerow(cells)
    return 0


def as_text(value: Any) -> str:
    """A cell's stored value, with all its digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, timedelta):
        return format(Decimal(repr(value.total_seconds())), "f")
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
