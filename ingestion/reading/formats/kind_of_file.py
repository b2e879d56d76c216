"""Which kind of record a file has: the one that was said with it, else the one whose names its
header has, each once and no others; else the built-in one."""

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from common.errors import NotFound
from ingestion.reading.csv_records import csv_reader
from ingestion.reading.file_error import FileError
from ingestion.reading.header import Layout, read_layout
from ingestion.reading.header_search import DELIMITERS, plain_name
from messages_app.kinds import registry
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.schema.definition import RESERVED, names_fingerprint

# The kinds whose fields have the names of one of these fingerprints, two at most.
WithFingerprint = Callable[[Iterable[str]], list[RecordKind]]
# A header is looked for in so many lines.
_LINES = 20
# The columns of exports and of files of rejects besides a kind's own.
_OWN = RESERVED & {"date", "time", "import", "line", "reason", "extra_columns"}


def pinned_kind(name: str, version: int) -> RecordKind:
    """The kind that an import is pinned to, in the version that it began with (0: as it is now).
    Raises FileError."""
    return _found(name, version)


def declared_kind(name: str) -> RecordKind:
    """The kind that was said with a file. Raises FileError."""
    return _found(name, 0)


def laid_out(
    first_bytes: bytes,
    declared: RecordKind | None,
    with_fingerprint: WithFingerprint = registry.with_fingerprint,
) -> tuple[RecordKind, Layout]:
    """The kind and the layout of a text from its beginning. Raises FileError."""
    if declared is not None:
        return declared, read_layout(first_bytes, declared.schema)
    try:
        layout = read_layout(first_bytes, BUILTIN.schema)
        if {plain_name(name) for name in layout.extra} <= _OWN:
            return BUILTIN, layout
    except FileError as error:
        if error.code == "empty_file":
            raise
        kind = _recognised(first_bytes, with_fingerprint)
        if kind is None:
            raise
    else:  # it has the built-in kind's names, and perhaps those of another one besides
        kind = _recognised(first_bytes, with_fingerprint)
        if kind is None:
            return BUILTIN, layout
    return kind, read_layout(first_bytes, kind.schema)


def _recognised(first_bytes: bytes, with_fingerprint: WithFingerprint) -> RecordKind | None:
    """The one kind whose names, and no others, a line has. Raises FileError when there are two."""
    fingerprints = {names_fingerprint(names) for names in _headers(first_bytes)}
    found = with_fingerprint(fingerprints)
    if len(found) > 1:
        names = " and ".join(kind.name for kind in found)
        raise FileError(
            "several_kinds",
            f"The header fits several kinds, {names} among them. Say which one the file has, with"
            " the upload or as the object's metadata kind.",
        )
    return found[0] if found else None


def _headers(first_bytes: bytes) -> Iterator[set[str]]:
    """What may be the names of a header, in any of the first lines."""
    text = io.StringIO(first_bytes.decode("utf-8", "replace"), newline="")
    for line in islice(text, _LINES):
        for delimiter in DELIMITERS:
            cells = _cells(line, delimiter)
            names = {*cells} - _OWN
            if names and len(names) == len([cell for cell in cells if cell not in _OWN]):
                yield names


def _cells(line: str, delimiter: str) -> list[str]:
    return [plain_name(cell) for cell in next(csv_reader([line], delimiter), [])]


def _found(name: str, version: int) -> RecordKind:
    try:
        return registry.find_version(name, version) if version else registry.find(name)
    except NotFound:
        raise FileError(
            "unknown_kind",
            f"There is no kind “{name[:60]}”. Make it, or say another one: with the upload, or as"
            " the object's metadata kind. Then run the import again.",
        ) from None
