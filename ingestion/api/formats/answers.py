"""Formats, suggestions and trials as the API gives them."""

from collections.abc import Iterable
from typing import Any

from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of
from ingestion.api.formats.inputs import OPTIONS
from ingestion.formats.models import Format, FormatVersion
from ingestion.formats.suggesting import ROWS_SHOWN, Suggested
from ingestion.reading.formats.trial import Trial
from ingestion.reading.row_parser import ParsedRow
from messages_app.presentation.record_json import ORIGIN, record_as_json
from messages_app.schema.record import Record

_MOMENT: JSONSchema = {**json_schema.MOMENT, "example": "2026-01-31T10:55:09Z"}
_STRING: JSONSchema = {"type": "string"}
_NUMBER: JSONSchema = {"type": "integer"}
_OBJECT: JSONSchema = {"type": "object", "additionalProperties": True}


def _or_null(schema: JSONSchema) -> JSONSchema:
    return {**schema, "nullable": True}


FORMAT = object_of(
    "A format in its newest version.",
    {
        "id": _NUMBER,
        "name": _STRING,
        "kind": _STRING,
        "version": {**_NUMBER, "minimum": 1},
        "created_at": _MOMENT,
        "changed_at": _MOMENT,
        **OPTIONS,
    },
)
FORMATS = object_of(
    "Formats by their names.", {"next": _or_null(_STRING), "results": list_of(FORMAT)}
)
_VERSION = object_of(
    "A version.",
    {
        "version": _NUMBER,
        "created_at": _MOMENT,
        "created_by": _or_null(_STRING),
        "imports": {**_NUMBER, "description": "How many were read by it."},
        "options": _OBJECT,
    },
)
VERSIONS = object_of("The versions of a format, the newest first.", {"results": list_of(_VERSION)})
_FAULT = object_of("A fault.", dict.fromkeys(("column", "value", "code", "detail"), _STRING))
_ROW = object_of(
    "A row: its record, or what is wrong with it.",
    {"line": _NUMBER, "record": _or_null(_OBJECT), "faults": list_of(_FAULT)},
)
_CHOICE = object_of("A choice.", {"text": _STRING, "value": _OBJECT, "example": _STRING})
_QUESTION = object_of(
    "A question. Merge the value of one choice into the format, deeply.",
    {
        **dict.fromkeys(("code", "field", "text"), _STRING),
        "choices": list_of(_CHOICE),
        "chosen": _or_null(_NUMBER),
    },
)
SUGGESTION = object_of(
    "What Sluice finds out about a file.",
    {
        "kind": _STRING,
        "certain": {"type": "boolean", "description": "Whether there are no questions."},
        "known": _or_null(_OBJECT),
        "needs_format": {"type": "boolean"},
        "format": _or_null(_OBJECT),
        "faults": _OBJECT,
        "new_kind": _or_null(_OBJECT),
        "questions": list_of(_QUESTION),
        "rows": list_of(_ROW),
    },
)
TRIAL = object_of(
    "How a format reads a file.",
    {
        **dict.fromkeys(("read", "rejected", "repeated_times"), _NUMBER),
        "header": list_of(_STRING),
        "extra": {**list_of(_STRING), "description": "The columns that are left out."},
        "kept": {**list_of(_STRING), "description": "Those that are kept as text."},
        "above": list_of(_STRING),
        "drift": _or_null(_STRING),
        "rows": list_of(_ROW),
    },
)


def format_as_json(format_: Format, version: FormatVersion) -> dict[str, Any]:
    """A format that can be sent as it is to another server."""
    return {
        "id": format_.pk,
        "name": format_.name,
        "kind": format_.kind,
        "version": version.number,
        "created_at": format_.created_at,
        "changed_at": format_.changed_at,
        **version.options,
    }


def versions_as_json(versions: Iterable[Any]) -> list[dict[str, Any]]:
    """``versions`` have ``import_count``."""
    return [
        {
            "version": one.number,
            "created_at": one.created_at,
            "created_by": one.created_by.get_username() if one.created_by else None,
            "imports": one.import_count,
            "options": one.options,
        }
        for one in versions
    ]


def suggested_as_json(kind: str, found: Suggested) -> dict[str, Any]:
    version = found.version
    known = (
        {"id": version.format_id, "name": version.format.name, "version": version.number}
        if version
        else None
    )
    return {
        "kind": kind,
        "certain": found.certain,
        "known": known,
        "needs_format": not found.is_known,
        "format": found.options,
        "faults": found.faults,
        "new_kind": found.new_kind,
        "questions": [one.as_json() for one in found.questions],
        "rows": rows_as_json(found.rows),
    }


def trial_as_json(trial: Trial) -> dict[str, Any]:
    drift = trial.drift
    is_drifted = drift.lost or drift.gained or drift.is_moved
    return {
        "read": len(trial.rows),
        "rejected": trial.rejected,
        "repeated_times": trial.repeated_times,
        "header": trial.layout.header,
        "extra": trial.layout.extra,
        "kept": trial.layout.kept,
        "above": trial.layout.above,
        "drift": drift.sentence if is_drifted else None,
        "rows": rows_as_json(trial.rows[:ROWS_SHOWN]),
    }


def rows_as_json(rows: Iterable[ParsedRow]) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line,
            "record": _record(row.record) if row.record else None,
            "faults": [fault.as_dict() for fault in row.faults],
        }
        for row in rows
    ]


def _record(record: Record) -> dict[str, Any]:
    """The record that a row would become; it has no origin yet."""
    found = record_as_json(record)
    del found[ORIGIN]
    return found
