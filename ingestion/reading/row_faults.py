"""What is wrong with a row as a whole: one cause is told once, not for each cell that it spoils.

Details are sentences of their own where they name no column.
"""

from ingestion.reading.header import printable
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Fault

# A longer cell is shown cut off in a fault; the reject's row has all of it.
_SHOWN = 200
_END_OF_FILE = "\x1a"


def misquoted(cells: list[str], index: int, header: list[str]) -> Fault:
    """The fault of a row whose quotes are not as they must be; ``index`` is that of the cell."""
    name = header[index] if index < len(header) else ""
    value = cells[index] if index < len(cells) else ""
    return Fault(
        name,
        shown(value),
        "bad_quote",
        "has a quote where none may be: put the whole value in quotes, and double each quote in it"
        ' (the 5" rack is "the 5"" rack")',
    )


def of_whole_row(
    cells: list[str], header: list[str], schema: Schema, wrong: list[Fault], delimiter: str
) -> Fault | None:
    """The one fault of a row that is no record, or has more or fewer cells than the header; None
    when it is told of the cells one by one. ``wrong`` are the faults of its cells."""
    text = "".join(cells)
    if not text.strip("\0"):
        return _nuls(cells) if text else None
    if text.strip() == _END_OF_FILE:
        return Fault("", "\\x1a", "end_mark", "the line is an end-of-file mark: remove it")
    if any(cells[len(header) :]):
        return _too_many(cells, header, delimiter)
    time = next((one for one in wrong if one.column == schema.time_field), None)
    is_no_time = time is not None and time.code == "not_a_timestamp"
    filled = sum(1 for cell in cells if cell.strip())
    if is_no_time and 2 * filled <= len(schema.names):
        return Fault(
            "",
            shown(delimiter.join(cells)),
            "no_record",
            "the line is not a record, but perhaps units, a total or a note: remove it",
        )
    missing = [one.column for one in wrong if one.code == "missing"]
    if missing and (time is None or 2 * len(cells) <= len(schema.names)):
        return _too_few(cells, header, missing)
    return None


def header_again() -> Fault:
    """Of a row that was edited until it had the names of columns."""
    return Fault("", "", "header", "the row has the names of the columns, and no values")


def shown(cell: str) -> str:
    """A cell as faults show it."""
    return printable(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")


def _nuls(cells: list[str]) -> Fault:
    return Fault(
        "",
        "",
        "nul",
        f"the line is nothing but {sum(map(len, cells)):,} NUL bytes, as of a file that was not"
        " written to its end: remove them",
    )


def _too_many(cells: list[str], header: list[str], delimiter: str) -> Fault:
    hint = ", and a number with a decimal comma too" if delimiter == "," else ""
    return Fault(
        "",
        shown(delimiter.join(cells[len(header) :])),
        "too_many_fields",
        f"the row has {len(cells)} fields, the header has {len(header)};"
        f" put quotes around a value that contains the delimiter{hint}",
    )


def _too_few(cells: list[str], header: list[str], missing: list[str]) -> Fault:
    return Fault(
        missing[0] if len(missing) == 1 else "",
        "",
        "missing" if len(missing) == 1 else "too_few_fields",
        "is missing: the row has too few fields"
        if len(missing) == 1
        else f"the row has {len(cells)} fields, the header has {len(header)}:"
        f" {', '.join(missing)} are missing",
    )
