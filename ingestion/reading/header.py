"""How a file is laid out: its delimiter and the columns of its header.

Everything that makes a file unreadable as a whole is found here, before any row is written.
"""

import csv
import io
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ingestion.reading.file_error import FileError
from ingestion.reading.record_boundaries import count_lines
from messages_app.schema.schema import Schema

DELIMITERS = (",", ";", "\t", "|")
UTF8_MARK = b"\xef\xbb\xbf"
# A header lies within so many bytes, blank lines before it included.
HEADER_BYTES = 64 * 1024
# The columns that a rejects file has besides the original ones.
REJECT_COLUMNS = ("line", "reason")

_BLANK_LINES = re.compile(rb"(?:[ \t]*(?:\r\n|\r|\n))*")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "It is a spreadsheet or a zip archive. In the spreadsheet, save it as CSV."),
    (b"\xd0\xcf\x11\xe0", "It is an old Excel file. In the spreadsheet, save it as CSV."),
    (b"%PDF", "It is a PDF document."),
    (b"\x1f\x8b", "It is compressed with gzip. Name it .csv.gz."),
    (b"\x28\xb5\x2f\xfd", "It is compressed with zstd. Name it .csv.zst."),
    (b"BZh", "It is compressed with bzip2. Name it .csv.bz2."),
)


@dataclass(frozen=True)
class Layout:
    """What the header tells.

    ``columns`` has for each field of the schema the index of its column. The first record after
    the header begins at byte ``body_start`` of the text, in line ``body_line``.
    """

    delimiter: str
    header: list[str]
    columns: dict[str, int]
    body_start: int
    body_line: int
    extra: list[str] = field(default_factory=list)

    @property
    def is_rejects_file(self) -> bool:
        """Whether Sluice wrote the file: its cells may be escaped for spreadsheets."""
        return all(name in map(_plain, self.extra) for name in REJECT_COLUMNS)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)


def read_layout(beginning: bytes, schema: Schema) -> Layout:
    """The layout of a UTF-8 text from its first ``HEADER_BYTES``. Raises FileError."""
    if not beginning.strip(b"\r\n\t \0" + UTF8_MARK):
        raise FileError("empty_file", "The file is empty. Put a header and rows in it.")
    refuse_foreign(beginning)
    if b"\0" in beginning[:1024].partition(b"\n")[0]:
        raise FileError("not_csv", "The file is not CSV: it has binary content.")
    mark = len(UTF8_MARK) if beginning.startswith(UTF8_MARK) else 0
    blank = _BLANK_LINES.match(beginning, mark)
    start = blank.end() if blank else mark
    text = beginning[start:].decode("utf-8", "surrogateescape")
    delimiter, cells, length, lines = _best_reading(text, schema)
    header = [printable(cell) for cell in cells]
    columns = _columns(header, schema)
    blank_lines = count_lines(beginning[mark:start])
    return Layout(
        delimiter=delimiter,
        header=header,
        columns={name: columns.index(name) for name in schema.names},
        body_start=start + len(text[:length].encode("utf-8", "surrogateescape")),
        body_line=blank_lines + lines + 1,
        extra=[
            name for name, plain in zip(header, columns, strict=True) if plain not in schema.names
        ],
    )


def refuse_foreign(beginning: bytes) -> None:
    """Raise FileError when a file begins as one of another kind."""
    for magic, advice in _FOREIGN:
        if beginning.startswith(magic):
            raise FileError("not_csv", f"The file is not CSV. {advice}")
    if beginning.lstrip().startswith(b"<") or beginning.lstrip(UTF8_MARK).startswith(b"<"):
        raise FileError(
            "not_csv",
            "The file is not CSV but HTML or XML, perhaps an error page that was saved instead of"
            " the file. Fetch the file again.",
        )


def _best_reading(text: str, schema: Schema) -> tuple[str, list[str], int, int]:
    """Delimiter, header cells, characters and lines of the header, by the most names known."""
    readings = [(delimiter, *_first_record(text, delimiter)) for delimiter in DELIMITERS]
    return max(readings, key=lambda reading: len({*map(_plain, reading[1])} & {*schema.names}))


def _first_record(text: str, delimiter: str) -> tuple[list[str], int, int]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return next(reader), lines.tell(), reader.line_num
    except (StopIteration, csv.Error):
        return [], 0, 0


def _columns(header: list[str], schema: Schema) -> list[str]:
    """The header's names in plain form. Raises FileError when it does not fit the schema."""
    plain = [_plain(name) for name in header]
    wanted = ",".join(schema.names)
    missing = [name for name in schema.names if name not in plain]
    if len(missing) == len(schema.names):
        raise FileError(
            "no_header",
            f"The first line is not a header. Begin the file with the line {wanted}"
            " (columns in any order, separated by comma, semicolon, tab or pipe).",
        )
    faults = []
    if missing:
        faults.append(f"lacks the {_listed('column', missing)}")
    doubled = [name for name in schema.names if plain.count(name) > 1]
    if doubled:
        faults.append(f"names the {_listed('column', doubled)} more than once")
    if faults:
        raise FileError(
            "missing_columns" if missing else "doubled_columns",
            f"The header {' and '.join(faults)}. It must name each of {wanted} once.",
        )
    return plain


def printable(cell: str) -> str:
    """A cell as it can be shown and stored: bytes that are not UTF-8 appear as ``\\xe9``."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _plain(name: str) -> str:
    return name.strip().casefold()


def _listed(noun: str, names: list[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"
