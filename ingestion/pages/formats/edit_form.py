"""A format as a form: plain inputs for each of its options, read into its JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from common.digits import LARGEST, number_or_text
from ingestion.pages.formats.answers_sent import MAX_PLACE
from ingestion.reading.formats.definition import FORMS, TimeForm
from messages_app.schema.schema import Field, Schema

# Value and label of what can be chosen.
_DELIMITERS = (
    *(("", "found in each file"), (",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")),
)
_DECIMAL_MARKS = ((".", "a point"), (",", "a comma"))
_THOUSANDS_MARKS = (("", "none"), (",", "a comma"), (".", "a point"))
_EXTRA_COLUMNS = (
    ("ignore", "are left out"),
    ("keep", "are kept as text"),
    ("hold", "hold the file"),
)
_ON_CONFLICT = (
    ("", "as the upload says"),
    ("keep", "keep both"),
    ("replace", "replace"),
    ("reject", "reject"),
)
CHOICES = {
    "delimiter": ("Column separator", _DELIMITERS),
    "decimal_mark": ("Decimal mark", _DECIMAL_MARKS),
    "thousands_mark": ("Thousands mark", _THOUSANDS_MARKS),
    "extra_columns": ("Other columns", _EXTRA_COLUMNS),
    "on_conflict": ("On conflict", _ON_CONFLICT),
}
TEXTS = {
    "key_pattern": ("Key pattern", "plant-a/*.csv"),
    "encoding": ("Encoding", "UTF-8"),
    "skip_lines": ("Lines to skip, without a header", "0"),
    "sheet": ("Sheet of a spreadsheet", "the first"),
    "hold_rejected_percent": (
        "Hold a file above (% rejected)",
        "as set for all files",
    ),
    "due_minutes": ("A file is due every … minutes", "whenever it comes"),
}
_NUMBERS_OR_NONE = ("hold_rejected_percent", "due_minutes")
_FORMS = {
    "iso": "ISO 8601",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "epoch_us": "microseconds since 1970",
    "epoch_ns": "nanoseconds since 1970",
    "pattern": "a pattern",
    "serial": "a spreadsheet's date numbers",
}
# Without a header columns have positions; so many can be chosen at least.
_POSITIONS = 30
_MIN_LISTS = 2
_PLAIN_TIME = TimeForm().as_json()


@dataclass(frozen=True, slots=True)
class FieldInputs:
    """What a field is read from. ``columns`` are lists of choices, one for each joined column."""

    field: Field
    columns: list[list[tuple[str, str, bool]]]
    mapping: Mapping[str, Any]
    forms: list[tuple[str, str, bool]]

    @property
    def is_moment(self) -> bool:
        return self.field.type.is_moment

    @property
    def is_number(self) -> bool:
        return self.field.type.is_number and not self.is_moment


def format_form_context(options: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """What the template needs of a format's JSON."""
    return {
        "choices": [
            (name, label, [(value, text, value == options.get(name, "")) for value, text in some])
            for name, (label, some) in CHOICES.items()
        ],
        "texts": [
            (name, label, hint, "" if options.get(name) is None else options[name])
            for name, (label, hint) in TEXTS.items()
        ],
        "units_row": options.get("units_row", False),
        "header": "\n".join(options.get("header", [])),
        "missing": "\n".join(options.get("missing", [])),
        "fields": [_inputs(options, one) for one in schema.fields],
    }


def options_sent(data: QueryDict, before: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The format's JSON of what was sent; what cannot be read is left to who checks it. What was
    not said ``before`` is said only where it is not the rule."""
    options: dict[str, Any] = {name: data.get(name, "") for name in CHOICES}
    options |= {name: data.get(name, "").strip() for name in TEXTS}
    options["skip_lines"] = number_or_text(options["skip_lines"] or "0", MAX_PLACE)
    options |= {name: _number_or_none(options[name]) for name in _NUMBERS_OR_NONE}
    options["units_row"] = "units_row" in data
    options["header"] = _lines(data.get("header", ""))
    options["missing"] = [one for one in _lines(data.get("missing", "")) if one]
    sent = ((one, _mapping(data, one, options["header"])) for one in schema.fields)
    options["columns"] = {one.name: mapping for one, mapping in sent if mapping}
    for name, mapping in options["columns"].items():
        timestamp = before["columns"].get(name, {}).get("timestamp")
        if mapping.get("timestamp") == _PLAIN_TIME and not timestamp:
            del mapping["timestamp"]
    return options


def _number_or_none(text: str) -> int | str | None:
    return number_or_text(text, LARGEST) if text else None


def _inputs(options: Mapping[str, Any], field: Field) -> FieldInputs:
    mapping = options.get("columns", {}).get(field.name, {})
    chosen = [str(one) for one in _from(mapping)]
    known = options.get("header") or [str(place) for place in range(1, _POSITIONS + 1)]
    label = "" if options.get("header") else "column "
    lists = [*chosen, *[""] * max(1, _MIN_LISTS - len(chosen))]
    time = mapping.get("timestamp") or {}
    return FieldInputs(
        field,
        [
            [(name, f"{label}{name}", name == one) for name in dict.fromkeys([*known, *chosen])]
            for one in lists
        ],
        mapping,
        [(form, _FORMS[form], form == time.get("form", "iso")) for form in FORMS],
    )


def _from(mapping: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("column", "position"):
        if mapping.get(name):
            yield mapping[name]
        yield from mapping.get(f"{name}s") or ()


def _mapping(data: QueryDict, field: Field, header: list[str]) -> dict[str, Any]:
    name = field.name
    columns = [one for one in data.getlist(f"{name}.column") if one]
    mapping: dict[str, Any] = {}
    if columns and header:
        mapping["columns"] = columns
    elif columns:
        mapping["positions"] = [number_or_text(one, MAX_PLACE) for one in columns]
    if constant := data.get(f"{name}.constant", ""):
        mapping["constant"] = constant
    if not mapping:
        return {}
    if field.type.is_moment:
        parts = ("form", "pattern", "zone")
        mapping["timestamp"] = {one: data.get(f"{name}.{one}", "").strip() for one in parts}
    for part in ("factor", "unit"):
        if text := data.get(f"{name}.{part}", "").strip():
            mapping[part] = text
    return mapping


def _lines(text: str) -> list[str]:
    """The lines of a text area, without empty ones at the end."""
    return text.replace("\r\n", "\n").rstrip("\n").split("\n") if text.strip() else []
