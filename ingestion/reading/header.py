"""How a file is laid out: its delimiter and the columns of its header.

Everything that makes a file unreadable as a whole is found here, before any row is written.
"""

import re
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from ingestion.reading.file_error import FileError
from ingestion.reading.header_search import find_header, plain_name
from ingestion.reading.record_boundaries import count_lines
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid

UTF8_MARK = b"\xef\xbb\xbf"
# A header lies within so many bytes, blank lines before it included.
HEADER_BYTES = 64 * 1024
# The columns that a rejects file has besides the original ones.
REJECT_COLUMNS = ("line", "reason")
# Those which an export of records has.
ORIGIN_COLUMNS = ("import", "line")
OWN_COLUMNS = frozenset((*REJECT_COLUMNS, *ORIGIN_COLUMNS))

# Byte order marks, which some programs write twice, and blank lines.
_START = re.compile(rb"(?:\xef\xbb\xbf)*(?:[ \t]*(?:\r\n|\r|\n))*")
_NAMES_SHOWN = 30
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "It is a spreadsheet or a zip archive. In the spreadsheet, save it as CSV."),
    (b"\xd0\xcf\x11\xe0", "It is an old Excel file. In the spreadsheet, save it as CSV."),
    (b"%PDF", "It is a PDF document."),
    (b"\x1f\x8b", "It is compressed with gzip. Name it .csv.gz."),
    (b"\x28\xb5\x2f\xfd", "It is compressed with zstd. Name it .csv.zst."),
    (b"BZh", "It is compressed with bzip2. Name it .csv.bz2."),
)


@dataclass(frozen=True)
class LaterHeader:
    """A header further down, by which the rows below its line are read. With a ``fault`` it does
    not fit and has no ``columns``, and they are rejected."""

    line: int
    header: list[str]
    columns: dict[str, int]
    fault: str = ""

    @cached_property
    def plain(self) -> list[str]:
        """The names as they are compared."""
        return [plain_name(name) for name in self.header]


@dataclass(frozen=True)
class Layout:
    """What the header tells.

    ``columns`` has for each field that the header names the index of its column. The first record
    after the header begins at byte ``body_start`` of the text, in line ``body_line``. ``above`` has
    the lines above the header that were passed over. ``later`` are headers further down with other
    columns, ``repeats`` counts those with the same. ``extra`` are the columns that are left out,
    ``kept`` those that no field is read from and that are kept as text.
    """

    delimiter: str
    header: list[str]
    columns: dict[str, int]
    body_start: int
    body_line: int
    extra: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    later: list[LaterHeader] = field(default_factory=list)
    repeats: int = 0
    kept: list[str] = field(default_factory=list)

    @property
    def is_rejects_file(self) -> bool:
        """Whether Sluice wrote the file as one of rejected rows."""
        return self._has_extra(REJECT_COLUMNS)

    @property
    def is_own_file(self) -> bool:
        """Whether Sluice wrote the file: its cells may be escaped for spreadsheets."""
        return self.is_rejects_file or self._has_extra(ORIGIN_COLUMNS)

    def header_at(self, line: int) -> LaterHeader:
        """The header by which a row in that line is read."""
        first = LaterHeader(self.body_line - 1, self.header, self.columns)
        return next((one for one in reversed(self.later) if one.line < line), first)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        later = [LaterHeader(**one) for one in data.get("later", [])]
        return cls(**{**data, "later": later})

    def _has_extra(self, names: tuple[str, ...]) -> bool:
        extra = {plain_name(name) for name in self.extra}
        return extra.issuperset(names)


def read_layout(first_bytes: bytes, schema: Schema) -> Layout:
    """The layout of a UTF-8 text from its first ``HEADER_BYTES``. Raises FileError."""
    start = text_start(first_bytes)
    text = first_bytes[start:].decode("utf-8", "surrogateescape")
    found = find_header(text, schema)
    header = [printable(cell) for cell in found.cells]
    columns = _columns(header, schema)
    extra = [name for name, plain in zip(header, columns, strict=True) if plain not in schema.names]
    return _with_kept(
        Layout(
            delimiter=found.delimiter,
            header=header,
            columns=_places(columns, schema),
            body_start=start + len(text[: found.end].encode("utf-8", "surrogateescape")),
            body_line=count_lines(first_bytes[:start]) + found.lines + 1,
            extra=extra,
            above=[printable(line) for line in found.above],
        )
    )


def _with_kept(layout: Layout) -> Layout:
    """The layout of an export, which has the extra columns of its records in one of its own."""
    kept = [name for name in layout.extra if plain_name(name) == EXTRA_COLUMNS]
    if not kept or not layout.is_own_file:
        return layout
    left_out = [name for name in layout.extra if name not in kept]
    return replace(layout, extra=left_out, kept=kept)


def text_start(first_bytes: bytes) -> int:
    """Where the text of a file begins, behind byte order marks and blank lines. Raises FileError
    when it has none."""
    if not first_bytes.strip(b"\r\n\t \0" + UTF8_MARK):
        raise FileError("empty_file", "The file is empty. Put a header and rows in it.")
    refuse_foreign(first_bytes)
    if b"\0" in first_bytes[:1024].partition(b"\n")[0]:
        raise FileError("not_csv", "The file is not CSV: it has binary content.")
    return _START.match(first_bytes).end()  # type: ignore[union-attr]


def is_header(cells: list[str], columns: dict[str, int], schema: Schema) -> bool:
    """Whether a record among the rows is a header: it has no time where ``columns`` have it, and
    more than half of the schema's names."""
    index = columns.get(schema.time_field, len(cells))
    if index < len(cells):
        try:
            schema.by_name[schema.time_field].type.from_text(cells[index])
            return False
        except Invalid:
            pass
    known = {plain_name(cell) for cell in cells} & {*schema.names}
    return 2 * len(known) > len(schema.names)


def later_header(cells: list[str], line: int, schema: Schema) -> LaterHeader:
    """What a header among the rows says of those below it."""
    header = [printable(cell) for cell in cells]
    plain = [plain_name(name) for name in header]
    fault = misfit(plain, schema)
    if fault:
        return LaterHeader(line, header, {}, f"lies below the header in line {line}, which {fault}")
    return LaterHeader(line, header, _places(plain, schema))


def _places(plain: list[str], schema: Schema) -> dict[str, int]:
    """The column of each field that the header has; an optional one may be missing."""
    return {name: plain.index(name) for name in schema.names if name in plain}


def refuse_foreign(first_bytes: bytes) -> None:
    """Raise FileError when a file begins as one of another kind."""
    for magic, advice in _FOREIGN:
        if first_bytes.startswith(magic):
            raise FileError("not_csv", f"The file is not CSV. {advice}")
    if first_bytes.lstrip().startswith(b"<") or first_bytes.lstrip(UTF8_MARK).startswith(b"<"):
        raise FileError(
            "not_csv",
            "The file is not CSV but HTML or XML, perhaps an error page that was saved instead of"
            " the file. Fetch the file again.",
        )


def _columns(header: list[str], schema: Schema) -> list[str]:
    """The header's names in plain form. Raises FileError when it does not fit the schema."""
    plain = [plain_name(name) for name in header]
    fault = misfit(plain, schema)
    if fault:
        wanted = ",".join(schema.required_names)
        is_missing = not set(schema.required_names).issubset(plain)
        raise FileError(
            "missing_columns" if is_missing else "doubled_columns",
            f"The header {fault}. It must name each of {wanted} once. It has {_shown(header)}.",
        )
    return plain


def misfit(plain: list[str], schema: Schema) -> str:
    """What is wrong with the names of a header, completing "the header"; '' when nothing is."""
    missing = [name for name in schema.required_names if name not in plain]
    doubled = [name for name in schema.names if plain.count(name) > 1]
    faults = []
    if missing:
        faults.append(f"lacks the {_listed('column', missing)}")
    if doubled:
        faults.append(f"names the {_listed('column', doubled)} more than once")
    return " and ".join(faults)


def _shown(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    listed = ", ".join(name[:100] for name in names[:_NAMES_SHOWN])
    return listed + (f" and {more} more" if more > 0 else "")


def printable(cell: str) -> str:
    """A cell as it can be shown and stored: bytes that are not UTF-8 appear as ``\\xe9``."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _listed(noun: str, names: list[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"
