"""Which format a file is of, or that its header names the fields of its kind.

In this order: what was said with the file, a format's key pattern, a format's header, the kind
whose names the header has. Of a file that none fits, nothing is guessed: it waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from common.digits import LARGEST, from_digits
from ingestion.formats.models import Format, FormatVersion
from ingestion.models import OnConflictChoice
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.ambiguous import (
    OTHER_UNIT,
    ambiguity_of,
    candidate_headers,
    layout_by_names,
    other_units_of,
)
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.key_pattern import matches
from ingestion.reading.formats.kind_of_file import declared_kind, laid_out
from ingestion.reading.formats.layout import NOT_OF_FORMAT, Drift, read_format_layout
from ingestion.reading.formats.names import header_fingerprint
from ingestion.reading.formats.row_reader import FormatRowReader
from ingestion.reading.formats.values.extra_reader import TOO_MANY_EXTRA
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import RowReader
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.schema.schema import Schema
from messages_app.schema.version import ObjectVersion

HEADER_CHANGED = "header_changed"
UNKNOWN_FORMAT = "unknown_format"
UNKNOWN_COLUMNS = "unknown_columns"
# What is wrong with a header that a person can put right by saying which column is which.
_TO_BE_ASKED = ("missing_columns", "doubled_columns", "no_header", NOT_OF_FORMAT, TOO_MANY_EXTRA)


class Waits(Exception):
    """A file is not recognised for certain: a person has to say what it is, once."""

    def __init__(
        self,
        code: str,
        detail: str,
        header: Sequence[str] = (),
        format_: Format | None = None,
        drift: Drift | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.header = list(header)
        self.format = format_
        self.drift = drift


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before it is read: where it is, and what was said with it."""

    key: str
    version: FormatVersion | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a file is laid out, and the version of a format that it is read by, if any."""

    kind: RecordKind
    layout: Layout
    version: FormatVersion | None = None
    drift: Drift = field(default_factory=Drift)


def of_key(known: FileFacts) -> FormatVersion | None:
    """The format that was said, or that claims the key. Raises Waits when there is none of the
    name that was said."""
    if known.version is not None:
        return known.version
    if known.name:
        return _named(known.name)
    patterns = Format.objects.filter(is_retired=False).exclude(key_pattern="")
    for pk, pattern in patterns.values_list("pk", "key_pattern"):
        if matches(pattern, known.key):
            return Format.objects.get(pk=pk).current
    return None


def recognise(
    first_bytes: bytes,
    declared: RecordKind | None,
    version: FormatVersion | None,
    *,
    is_whole: bool,
) -> Recognised:
    """The kind and layout of a UTF-8 text that begins so; ``declared`` is the kind that came
    with it. Raises Waits, and FileError when it can be no file of records at all."""
    if version is not None:
        return _of_format(first_bytes, version)
    try:
        kind, layout = laid_out(first_bytes, declared)
    except FileError as error:
        if error.code not in _TO_BE_ASKED:
            raise
        return _of_other_names(first_bytes, declared or BUILTIN, error, is_whole=is_whole)
    sentence = _ambiguity(first_bytes, layout, kind, is_whole=is_whole)
    if not layout.extra and not sentence:
        return Recognised(kind, layout)
    found = _by_header([layout.header])
    if found is not None and _fits(first_bytes, found):
        return _of_format(first_bytes, found)
    if sentence:
        raise Waits(*sentence, layout.header)
    return Recognised(kind, layout)


def _ambiguity(
    first_bytes: bytes, layout: Layout, kind: RecordKind, *, is_whole: bool
) -> tuple[str, str] | None:
    """Code and sentence of what only a person can say."""
    if not layout.is_own_file and (found := other_units_of(first_bytes, layout, kind.schema)):
        return found
    return ambiguity_of(first_bytes, layout, kind.schema, is_whole=is_whole)


def _of_format(first_bytes: bytes, version: FormatVersion) -> Recognised:
    definition, kind = version.definition, declared_kind(version.format.kind)
    try:
        layout, drift = read_format_layout(first_bytes, definition, kind.schema)
    except FileError as error:
        if error.code not in _TO_BE_ASKED:
            raise
        raise Waits(error.code, error.detail, _first_header(first_bytes), version.format) from error
    if drift.units:
        sentence = f"{drift.sentence} Its format is {version.format.name}."
        raise Waits(OTHER_UNIT, sentence, layout.header, version.format)
    if drift.must_wait(definition):
        name = version.format.name
        sentence = f"{drift.sentence} It is compared with the format {name}."
        raise Waits(HEADER_CHANGED, sentence, layout.header, version.format, drift)
    return Recognised(kind, layout, version, drift)


def _of_other_names(
    first_bytes: bytes, kind: RecordKind, error: FileError, *, is_whole: bool
) -> Recognised:
    headers = candidate_headers(first_bytes)
    found = _by_header(headers)
    if found is not None:
        return _of_format(first_bytes, found)
    layout = layout_by_names(first_bytes, kind.schema)
    if layout is None:
        if not headers:
            raise error
        what = error.detail.partition(". ")[0]
        raise Waits(UNKNOWN_COLUMNS, f"{what}. Say once which column is which.", headers[0])
    sentence = _ambiguity(first_bytes, layout, kind, is_whole=is_whole)
    if sentence:
        raise Waits(*sentence, layout.header)
    return Recognised(kind, layout)


def _fits(first_bytes: bytes, version: FormatVersion) -> bool:
    """Whether a format reads the first rows of a file whose header the kind has too."""
    definition, schema = version.definition, declared_kind(version.format.kind).schema
    try:
        layout, drift = read_format_layout(first_bytes, definition, schema)
    except FileError:
        return False
    if drift.must_wait(definition):
        return False
    reader = FormatRowReader(schema, layout, "", definition)
    body = first_bytes[layout.body_start :]
    return any(row.record is not None for row in reader.read(body, layout.body_line))


def _named(name: str) -> FormatVersion:
    found = Format.objects.filter(name=name, is_retired=False).first()
    if found is None and (pk := from_digits(name, LARGEST)) is not None:
        found = Format.objects.filter(pk=pk, is_retired=False).first()
    if found is None:
        raise Waits(
            UNKNOWN_FORMAT,
            f"The upload names the format {name[:100]!r}, which does not exist. Choose an existing"
            " one, or make it.",
        )
    return found.current


def _by_header(headers: Sequence[Sequence[str]]) -> FormatVersion | None:
    """The format that has one of these headers, the first that any has."""
    prints = [header_fingerprint(header) for header in headers]
    found = {
        one.fingerprint: one
        for one in Format.objects.filter(fingerprint__in=prints, is_retired=False)
    }
    first = next((found[one] for one in prints if one in found), None)
    return first.current if first else None


def _first_header(first_bytes: bytes) -> list[str]:
    headers = candidate_headers(first_bytes)
    return headers[0] if headers else []


def reader_of(
    version: FormatVersion | None,
    schema: Schema,
    layout: Layout,
    import_id: str,
    first_line: int | None = None,
    object_version: ObjectVersion | None = None,
) -> RowReader:
    """What reads the rows of a file that was recognised."""
    if version is None:
        return RowReader(schema, layout, import_id, first_line, object_version)
    definition = version.definition
    return FormatRowReader(schema, layout, import_id, definition, first_line, object_version)


def policy_by_format(chosen: str, definition: FormatDefinition) -> str:
    """What becomes of rows whose key is taken: as the format says, unless another policy than the
    one that stands for no choice was chosen."""
    is_chosen = chosen != OnConflictChoice.KEEP
    return chosen if is_chosen else definition.on_conflict or chosen
