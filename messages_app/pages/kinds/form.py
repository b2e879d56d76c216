"""The form of a kind: plain inputs for each of its fields, read into a definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from common.digits import LARGEST, from_digits
from messages_app.kinds.expiring import setting
from messages_app.kinds.spreading import setting as spreading
from messages_app.schema.definition import MAX_FIELDS
from messages_app.schema.types import TYPES, as_text
from messages_app.schema.types.decimals import exact_decimal
from messages_app.schema.validation import Invalid

# Empty rows behind those that are filled in; more on demand.
SPARE_ROWS = 3
_NUMBERS = ("min", "max")
RULES = (*_NUMBERS, "max_length", "pattern", "choices")


@dataclass(slots=True)
class FieldRow:
    """The inputs of one field."""

    number: int
    name: str = ""
    type: str = "number"
    label: str = ""
    unit: str = ""
    is_optional: bool = False
    is_time: bool = False
    is_identity: bool = False
    rules: dict[str, str] = field(default_factory=lambda: dict.fromkeys(RULES, ""))

    @property
    def types(self) -> list[tuple[str, bool]]:
        return [(name, name == self.type) for name in TYPES]

    @property
    def title(self) -> str:
        return self.label or self.name or "Another field"


@dataclass(slots=True)
class KindForm:
    """What the page shows: ``faults`` are sentences by the member of the definition at fault."""

    name: str
    label: str
    rows: list[FieldRow]
    version: int = 1
    # Of a new kind alone, these two.
    retention_days: str = ""
    partitions: str = ""
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """The faults, each with what it is about."""
        return [
            f"{member.replace('_', ' ').capitalize()}: {sentence}."
            for member, some in self.faults.items()
            for sentence in some
        ]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "KindForm":
        """Of a kind that there is."""
        rows = [_row(number, one, data) for number, one in enumerate(data["fields"])]
        form = cls(data["name"], data["label"], rows, data["version"])
        form.add_rows()
        return form

    @classmethod
    def from_post(cls, data: QueryDict) -> "KindForm":
        """Of what was sent."""
        count = min(len(data.getlist("field-name")), MAX_FIELDS)
        rows = [_sent_row(number, data) for number in range(count)]
        version = from_digits(data.get("version", ""), LARGEST, 1) or 1
        name, label, days, partitions = (
            data.get(one, "").strip() for one in ("name", "label", "retention_days", "partitions")
        )
        return cls(name, label, rows, version, days, partitions)

    def add_rows(self) -> None:
        for _ in range(min(SPARE_ROWS, MAX_FIELDS - len(self.rows))):
            self.rows.append(FieldRow(len(self.rows)))

    def definition(self) -> dict[str, Any]:
        """In JSON, as the API takes it."""
        used = [row for row in self.rows if row.name or row.label]
        return {
            "name": self.name,
            "label": self.label,
            "fields": [_field(row) for row in used],
            "time_field": next((row.name for row in used if row.is_time), ""),
            "identity": [row.name for row in used if row.is_identity],
            "version": self.version,
            **({setting.MEMBER: setting.read(self.retention_days)} if self.retention_days else {}),
            **({spreading.MEMBER: spreading.read(self.partitions)} if self.partitions else {}),
        }


def empty_form() -> KindForm:
    """Of a new kind, with the field that every kind needs."""
    form = KindForm("", "", [FieldRow(0, "at", "timestamp", "At", is_time=True)])
    form.add_rows()
    return form


def _row(number: int, data: Mapping[str, Any], kind: Mapping[str, Any]) -> FieldRow:
    rules = {name: _shown(data["rules"].get(name, "")) for name in RULES}
    return FieldRow(
        number,
        data["name"],
        data["type"],
        data["label"],
        data["unit"],
        not data["required"],
        data["name"] == kind["time_field"],
        data["name"] in kind["identity"],
        rules,
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return value if isinstance(value, str) else as_text(exact_decimal(str(value)))


def _sent_row(number: int, data: QueryDict) -> FieldRow:
    def sent(name: str) -> str:
        values = data.getlist(f"field-{name}")
        return values[number].strip() if number < len(values) else ""

    return FieldRow(
        number,
        sent("name"),
        sent("type"),
        sent("label"),
        sent("unit"),
        str(number) in data.getlist("optional"),
        str(number) == data.get("time"),
        str(number) in data.getlist("identity"),
        {name: sent(name) for name in RULES},
    )


def _field(row: FieldRow) -> dict[str, Any]:
    rules = {name: _read(name, text) for name, text in row.rules.items() if text}
    return {
        "name": row.name,
        "type": row.type,
        "label": row.label,
        "unit": row.unit,
        "required": not row.is_optional,
        "rules": rules,
    }


def _read(rule: str, text: str) -> Any:
    """A rule as JSON has it; what cannot be read is left to who checks it."""
    if rule == "choices":
        return [one.strip() for one in text.split(",") if one.strip()]
    if rule != "max_length":
        return text
    try:
        return exact_decimal(text)
    except Invalid:
        return text
