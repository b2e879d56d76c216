"""Formats, suggestions and trials as the API gives them."""

from collections.abc import Iterable
from typing import Any

from common.rest.json_schema import JSONSchema
from ingestion.api.formats.inputs import OPTIONS
from ingestion.formats.models import Format, FormatVersion
from ingestion.formats.suggesting import ROWS_SHOWN, Suggested
from ingestion.reading.formats.trial import Trial
from ingestion.reading.row_parser import ParsedRow
from messages_app.presentation.record_json import ORIGIN, record_as_json
from messages_app.schema.record import Record

_MOMENT: JSONSchema = {
    "type": "string",
    "format": "date-time",
    "example": "2026-01-31T10:55:09Z",
}
_STRING: JSONSchema = {"type": "string"}
_OBJECT: JSONSchema = {"type": "object", "additionalProperties": True}


def _object(description: str, **properties: JSONSchema) -> JSONSchema:
    return {
        "type": "object",
        "description": description,
        "required": list(properties),
        "properties": properties,
    }


def _list(items: JSONSchema) -> JSONSchema:
    return {"type": "array", "items": items}


def _or_null(schema: JSONSchema) -> JSONSchema:
    return {**schema, "nullable": True}


FORMAT = _object(
    "A format in its newest version.",
    id={"type": "integer"},
    name=_STRING,
    kind=_STRING,
    version={"type": "integer", "minimum": 1},
    created_at=_MOMENT,
    changed_at=_MOMENT,
    **OPTIONS,
)
FORMATS = _object("Formats by their names.", next=_or_null(_STRING), results=_list(FORMAT))
VERSIONS = _object(
    "The versions of a format, the newest first.",
    results=_list(
        _object(
            "A version.",
            version={"type": "integer"},
            created_at=_MOMENT,
            created_by=_or_null(_STRING),
            imports={"type": "integer", "description": "How many were read by it."},
            options=_OBJECT,
        )
    ),
)
_FAULT = _object("A fault.", column=_STRING, value=_STRING, code=_STRING, detail=_STRING)
_ROWS = _list(
    _object(
        "A row: its record, or what is wrong with it.",
        line={"type": "integer"},
        record=_or_null(_OBJECT),
        faults=_list(_FAULT),
    )
)
SUGGESTION = _object(
    "What Sluice finds out about a file.",
    kind=_STRING,
    certain={"type": "boolean", "description": "Whether there are no questions."},
    known=_or_null(_OBJECT),
    needs_format={"type": "boolean"},
    format=_or_null(_OBJECT),
    faults=_OBJECT,
    new_kind=_or_null(_OBJECT),
    questions=_list(
        _object(
            "A question. Merge the value of one choice into the format, deeply.",
            code=_STRING,
            field=_STRING,
            text=_STRING,
            choices=_list(_object("A choice.", text=_STRING, value=_OBJECT, example=_STRING)),
            chosen=_or_null({"type": "integer"}),
        )
    ),
    rows=_ROWS,
)
TRIAL = _object(
    "How a format reads a file.",
    read={"type": "integer"},
    rejected={"type": "integer"},
    repeated_times={"type": "integer"},
    header=_list(_STRING),
    extra={**_list(_STRING), "description": "The columns that are left out."},
    kept={**_list(_STRING), "description": "Those that are kept as text."},
    above=_list(_STRING),
    drift=_or_null(_STRING),
    rows=_ROWS,
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
