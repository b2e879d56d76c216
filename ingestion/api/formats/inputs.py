"""What clients of the formats API send."""

import re
from typing import Any

from rest_framework import serializers

from common.rest.json_schema import JSONSchema
from common.rest.pages import PageQuery, SomeText
from common.rest.strict import Parsed, Strict, WholeNumber
from ingestion.api.fields import StreamedFile
from ingestion.reading.formats.definition import (
    DECIMAL_MARKS,
    EXTRA_COLUMNS,
    FORMS,
    THOUSANDS_MARKS,
)
from ingestion.reading.formats.from_json import MAX_COLUMNS, MAX_NAME, MAX_SKIPPED, MAX_UNIT
from messages_app.schema.schema import MESSAGES
from silence.waits import MAX_MINUTES


def _one_of(*values: str) -> JSONSchema:
    """No enum, to which drf-spectacular would give a name."""
    pattern = f"^(?:{'|'.join(map(re.escape, values))})$"
    return {"type": "string", "pattern": pattern, "example": values[0]}


_TEXT: JSONSchema = {"type": "string", "maxLength": MAX_NAME}
_PLACE: JSONSchema = {"type": "integer", "minimum": 1, "maximum": MAX_COLUMNS}
_TIME: JSONSchema = {
    "type": "object",
    "description": "How moments are written. Without an offset they are in the zone.",
    "properties": {
        "form": {"type": "string", "enum": list(FORMS)},
        "pattern": {"type": "string", "description": "As for strptime: %d.%m.%Y %H:%M."},
        "zone": {"type": "string", "description": "Europe/Zurich, UTC or +01:00."},
    },
}
_MAPPING: JSONSchema = {
    "type": "object",
    "description": "One of column, columns (joined by a space), position, positions and constant.",
    "properties": {
        "column": {**_TEXT, "nullable": True},
        "columns": {"type": "array", "items": _TEXT, "maxItems": 10, "nullable": True},
        "position": {**_PLACE, "nullable": True},
        "positions": {"type": "array", "items": _PLACE, "maxItems": 10, "nullable": True},
        "constant": {**_TEXT, "nullable": True},
        "timestamp": {**_TIME, "nullable": True},
        "factor": {"description": "Numbers are multiplied by it: 0.001, or as a string."},
        "unit": {
            "type": "string",
            "maxLength": MAX_UNIT,
            "nullable": True,
            "description": "The unit that files name for the column, where it is not the field's.",
        },
    },
}
OPTIONS: dict[str, JSONSchema] = {
    "key_pattern": {
        **_TEXT,
        "description": "Files with such keys are read by the format: plant-a/*.csv. A pattern"
        " without a slash is one of the file's name.",
        "example": "plant-a/*.csv",
    },
    "header": {
        "type": "array",
        "items": _TEXT,
        "description": "The columns' names as the files have them; none when they have no header.",
    },
    "encoding": {"type": "string", "maxLength": 40, "description": "Found in the file when empty."},
    "delimiter": {"type": "string", "maxLength": 1, "description": "Found in the file when empty."},
    "skip_lines": {"type": "integer", "minimum": 0, "maximum": MAX_SKIPPED},
    "units_row": {"type": "boolean", "description": "Whether a row of units is below the header."},
    "decimal_mark": _one_of(*DECIMAL_MARKS),
    "thousands_mark": _one_of(*THOUSANDS_MARKS),
    "missing": {
        "type": "array",
        "items": {"type": "string", "maxLength": 100},
        "description": "Texts that stand for no value.",
    },
    "extra_columns": {
        **_one_of(*EXTRA_COLUMNS),
        "description": "What happens to columns that no field is read from: they are left "
        "out, or kept as text with each record. With `hold`, a file with new columns waits.",
    },
    "on_conflict": _one_of("", "keep", "replace", "reject"),
    "sheet": {
        "type": "string",
        "maxLength": 100,
        "description": "The sheet of a spreadsheet; without it the first one.",
    },
    "hold_rejected_percent": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100,
        "nullable": True,
        "description": "A file is held before anything of it is written when more of its rows would"
        " be rejected; 100 for never, null to use the setting HOLD_REJECTED_PERCENT.",
    },
    "due_minutes": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_MINUTES,
        "nullable": True,
        "description": "How often a file is due, in minutes; it is overdue after one and a half"
        " times as long. null: it is never due.",
    },
    "columns": {
        "type": "object",
        "additionalProperties": _MAPPING,
        "description": "What each field of the kind is read from.",
        "example": {"location": {"column": "Site"}},
    },
}
# What answers have besides, so that an exported format can be sent as it is.
ANSWERED_ONLY = ("id", "version", "created_at", "changed_at")


class FormatSerializer(Strict):
    """A format: how the files of one producer are read."""

    ignored = frozenset({*Strict.ignored, *ANSWERED_ONLY})

    name = SomeText(max_length=100)
    kind = SomeText(max_length=63, default=MESSAGES, help_text="Of the records.")

    def get_fields(self) -> dict[str, Any]:
        options = {
            name: Parsed(
                lambda data: data,
                schema,
                help_text=schema.get("description", ""),
                allow_null=bool(schema.get("nullable")),
            )
            for name, schema in OPTIONS.items()
        }
        return {**super().get_fields(), **options}


class SampleSerializer(Strict):
    """A file, of which the beginning is enough."""

    file = StreamedFile(help_text="Its first 256 KiB are enough; of a compressed file, 1 MiB.")
    size = WholeNumber(
        0, 10**15, required=False, help_text="Of the whole file, when this is its beginning."
    )
    kind = SomeText(max_length=63, default=MESSAGES, help_text="Of the records.")


class TrialSerializer(SampleSerializer):
    """A file, and a format to try on it."""

    format = serializers.CharField(
        max_length=1_000_000, help_text="The format in JSON, as it would be sent to be kept."
    )


class FormatsQuery(PageQuery):
    """Which formats a list shows."""

    kind = SomeText(required=False, max_length=63, help_text="Of this kind.")
    search = SomeText(required=False, max_length=100, help_text="This text is in the name.")
    page_size = WholeNumber(1, 500, default=100, help_text="Formats on a page.")
