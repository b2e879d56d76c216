"""A format suggested for the beginning of a file, with its first rows as they would be stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from common.aws import s3
from common.deadline import Deadline
from ingestion.formats.models import FormatVersion
from ingestion.formats.recognition import Waits, reader_of, recognise
from ingestion.models import Import
from ingestion.reading.encodings import UTF_8
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.suggest.question import Question, merged
from ingestion.reading.formats.suggest.suggestion import Suggestion, suggest
from ingestion.reading.formats.trial import Trial, try_format
from ingestion.reading.header import HEADER_BYTES
from ingestion.reading.object_reader import object_gone
from ingestion.reading.row_parser import ParsedRow
from ingestion.reading.sample import Sample, sample_of
from ingestion.reading.text_source import open_text
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.schema.schema import Schema

MAX_TEXT = 512 * 1024
ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FileAnswers:
    """What a person said of a file: for the names of questions the places of choices, for the
    places of columns the fields, for fields that no column has the text of every row."""

    choices: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[int, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggested:
    """``version`` is the format that there is already for such files. ``is_known`` tells that they
    need none. ``options`` are those of a format for them, ``faults`` what it lacks yet; ``rows`` as
    it reads them, with the likely answers to the questions."""

    version: FormatVersion | None
    is_known: bool
    options: dict[str, Any] | None
    questions: list[Question]
    faults: dict[str, str]
    rows: list[ParsedRow]
    new_kind: dict[str, Any] | None
    # With the answers that were given, or the likely ones.
    answered_options: dict[str, Any]
    # What all of it was worked out from, and the trial of it; None where there is none.
    suggestion: Suggestion | None = None
    trial: Trial | None = None

    @property
    def certain(self) -> bool:
        return not self.questions and not self.faults


def suggest_for(
    name: str,
    first_bytes: bytes,
    kind: RecordKind,
    *,
    is_whole: bool,
) -> Suggested:
    """What can be said of a file that begins so. Raises FileError when it has no table of rows."""
    sample = sample_of(name, first_bytes, is_whole=is_whole, encoding="", maximum=MAX_TEXT)
    known = _known(sample, kind)
    if known is None:
        return suggest_of(sample, kind.schema, FileAnswers())
    found = suggest(sample.text.decode("utf-8", "replace"), kind.schema, is_whole=sample.is_whole)
    new_kind = found.new_kind if found else None
    version, rows = known
    return Suggested(version, True, None, [], {}, rows, new_kind, {})


def suggest_of(sample: Sample, schema: Schema, answers: FileAnswers) -> Suggested:
    """A format for a file that none fits, with what was said of it. Raises FileError when it has
    no table of rows."""
    text = sample.text.decode("utf-8", "replace")
    found = suggest(text, schema, answers.choices, answers.columns, is_whole=sample.is_whole)
    if found is None:
        raise FileError(
            "no_table",
            "No format can be made from this file: it has no rows with two or more columns.",
        )
    encoding = {"encoding": "" if sample.encoding == UTF_8 else sample.encoding}
    answered = _with_constants(found.answered(answers.choices) | encoding, answers.constants)
    trial, faults = _tried(sample, answered, schema)
    return Suggested(
        None,
        False,
        found.options | encoding,
        found.questions,
        faults,
        trial.rows[:ROWS_SHOWN] if trial else [],
        found.new_kind,
        answered,
        found,
        trial,
    )


def _with_constants(options: dict[str, Any], constants: Mapping[str, str]) -> dict[str, Any]:
    columns = options["columns"]
    constant_columns = {
        name: {"constant": text} for name, text in constants.items() if name not in columns
    }
    return merged(options, {"columns": constant_columns})


def sample_of_import(import_: Import, deadline: Deadline) -> Sample:
    """The beginning of a waiting import's file. Raises FileError and ServiceError."""
    stored = s3.head(import_.bucket, import_.key, import_.version_id)
    if stored is None:
        raise object_gone(import_.key)
    stored = replace(stored, version_id=import_.version_id, etag=import_.etag or stored.etag)
    encoding = import_.encoding or UTF_8
    with open_text(stored, encoding, deadline) as text:
        first_bytes = text.read(MAX_TEXT)
        return Sample(first_bytes, encoding, is_whole=not text.read(1))


def trial_of(
    name: str, first_bytes: bytes, options: object, schema: Schema, *, is_whole: bool
) -> Trial:
    """A format, which need not be kept, tried on a file. Raises BadFormat and FileError."""
    definition = definition_from_json(options)
    check_contradictions(definition, schema)
    sample = sample_of(
        name, first_bytes, is_whole=is_whole, encoding=definition.encoding, maximum=MAX_TEXT
    )
    return try_format(sample.text, definition, schema, is_whole=sample.is_whole)


def _known(sample: Sample, kind: RecordKind) -> tuple[FormatVersion | None, list[ParsedRow]] | None:
    """The format that recognises a file, if it needs one, and its rows; None when it would wait."""
    first_bytes = sample.text[:HEADER_BYTES]
    is_whole = sample.is_whole and len(sample.text) <= HEADER_BYTES
    try:
        declared = None if kind == BUILTIN else kind
        found = recognise(first_bytes, declared, None, is_whole=is_whole)
    except Waits:
        return None
    reader = reader_of(found.version, found.kind.schema, found.layout, "")
    body = sample.text[found.layout.body_start :]
    return found.version, list(islice(reader.read(body, found.layout.body_line), ROWS_SHOWN))


def _tried(
    sample: Sample, options: dict[str, Any], schema: Schema
) -> tuple[Trial | None, dict[str, str]]:
    try:
        definition = definition_from_json(options)
        check_contradictions(definition, schema)
        trial = try_format(sample.text, definition, schema, is_whole=sample.is_whole)
    except BadFormat as error:
        return None, error.faults
    except FileError as error:  # it begins as a file of another kind
        return None, {"": error.detail}
    return trial, {}
